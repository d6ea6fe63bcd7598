"""When a table whose level depends on the row is filtered to one level.

Belongs here: recognising ``level = 'outcome'`` as a condition that every surviving row must meet. Not here: anything
that needs a proof: a disjunction, a negation, a parameter or a filter in an outer query narrows nothing.

Two ways count. The table states its level itself (``observation.level``), or, for answers of a report, the profile's
``field`` states it: then the field must be joined by both parts of its key, the form coming from the report of the
answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from reportmetrics.metrics.levels.relation import Shape
from reportmetrics.metrics.levels.scope import alias_columns, conjuncts

LEVELS = frozenset({"input", "activity", "output", "outcome", "impact", "process"})

Pair = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Direct:
    """A table read by name in FROM; ``filtered_by`` are the conditions that each of its surviving rows meets."""

    alias: str
    table: str
    filtered_by: tuple[exp.Expr, ...]


@dataclass(slots=True)
class _Item:
    table: exp.Table
    bound: list[exp.Expr]


def narrowed_levels(direct: list[Direct], shapes: Mapping[str, Shape], *, alone: bool) -> dict[str, str]:
    """Level to which each row-level table is filtered, by alias.

    ``alone``: nothing else stands in FROM, so that an unqualified ``level`` is the table's own.
    """
    levels: dict[str, str] = {}
    for item in direct:
        shape = shapes.get(item.table)
        if shape is None or not shape.level_column:
            continue
        found = _stated(item, shape.level_column, alone=alone)
        if not found and item.table == "report_field":
            found = _stated_by_field(item, direct)
        if found:
            levels[item.alias] = found
    return levels


def _stated(item: Direct, column: str, *, alone: bool) -> str:
    return _one_level(item.filtered_by, item.alias, column, alone=alone)


def _one_level(conditions: tuple[exp.Expr, ...], alias: str, column: str, *, alone: bool) -> str:
    """The literal that the level column must equal; empty where none, or where two contradict."""
    found = {_literal_test(c, alias, column, alone=alone) for c in conditions} & LEVELS
    return found.pop() if len(found) == 1 else ""


def _literal_test(condition: exp.Expr, alias: str, column: str, *, alone: bool) -> str:
    if isinstance(condition, exp.In):
        values = condition.expressions
        sides = (condition.this, values[0]) if len(values) == 1 and not condition.args.get("query") else None
    elif isinstance(condition, exp.EQ):
        sides = (condition.left, condition.right)
        if isinstance(sides[0], exp.Literal):
            sides = (sides[1], sides[0])
    else:
        sides = None
    if sides is None or not isinstance(sides[0], exp.Column):
        return ""
    tested, literal = sides
    if tested.name.lower() != column or tested.args.get("db") or not isinstance(literal, exp.Literal):
        return ""
    owner = tested.table.lower()
    if owner != alias and not (alone and not owner):
        return ""
    return literal.name if literal.is_string else ""


def _stated_by_field(answer: Direct, direct: list[Direct]) -> str:
    equal = _equalities(answer.filtered_by)
    for form_field in (d for d in direct if d.table == "field"):
        level = _one_level(answer.filtered_by, form_field.alias, "level", alone=False)
        if not level or _pair(answer, form_field, "field_id") not in equal:
            continue
        for report in (d for d in direct if d.table == "report"):
            if {_pair(answer, report, "report_id"), _pair(form_field, report, "template_id")} <= equal:
                return level
    return ""


def _pair(one: Direct, other: Direct, column: str) -> Pair:
    return frozenset({(one.alias, column), (other.alias, column)})


def _equalities(conditions: tuple[exp.Expr, ...]) -> set[Pair]:
    """Pairs of columns that the conditions equate."""
    pairs: set[Pair] = set()
    for condition in conditions:
        sides = (condition.left, condition.right) if isinstance(condition, exp.EQ) else ()
        columns = [s for s in sides if isinstance(s, exp.Column)]
        if len(columns) == 2:
            pairs.add(frozenset((c.table.lower(), c.name.lower()) for c in columns))
    return pairs


def direct_tables(select: exp.Select, ctes: Mapping[str, object], shapes: Mapping[str, Shape]) -> list[Direct]:
    """Tables that FROM names, each with the conditions that bind its rows.

    WHERE binds all. ON binds the right side unless the join keeps unmatched rows of it, the left sides of an inner or
    semi join, and what is joined to those later. An ASOF join picks its row before WHERE is asked, so nothing narrows
    its right side.
    """
    everywhere = conjuncts(select.args.get("where"))
    start = select.args.get("from_")
    items: list[_Item] = []
    if start is not None and isinstance(start.this, exp.Table):
        items.append(_Item(start.this, list(everywhere)))
    inner: list[exp.Expr] = []
    for join in select.args.get("joins") or []:
        on = [*conjuncts(join.args.get("on")), *_using(join, items)]
        if join.side in ("RIGHT", "FULL"):
            inner = []
        elif join.side != "LEFT" and join.kind != "ANTI":
            inner += on
            for item in items:
                item.bound.extend(on)
        if isinstance(join.this, exp.Table):
            binds = [] if join.method else [*everywhere, *inner, *([] if join.side in ("RIGHT", "FULL") else on)]
            items.append(_Item(join.this, binds))
    return [
        Direct(i.table.alias_or_name.lower(), i.table.name.lower(), tuple(i.bound))
        for i in items
        if not i.table.db and i.table.name.lower() in shapes and i.table.name.lower() not in ctes
        if not alias_columns(i.table)  # AS t (level, ...) may call another column level
    ]


def _using(join: exp.Join, items: list[_Item]) -> list[exp.Expr]:
    """USING (c) written as equalities with every table before it."""
    right = join.this.alias_or_name
    return [
        exp.EQ(this=exp.column(c.name, table=t.alias_or_name), expression=exp.column(c.name, table=right))
        for c in join.args.get("using") or []
        for t in (i.table for i in items)
    ]
