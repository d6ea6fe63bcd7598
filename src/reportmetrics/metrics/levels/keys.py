"""Proofs that a join has at most one match per row, from declared keys and GROUP BY.

Belongs here: sets of columns of which no two rows agree. Where no proof is found there is none, and the join counts as
one that multiplies rows. Not here: what the columns depend on.
"""

from __future__ import annotations

from sqlglot import exp

from reportmetrics.metrics.levels.scope import Scope, Source, conjuncts

Key = frozenset[tuple[str, str]]
Keys = frozenset[Key]
_MOST_KEYS = 16


def combined(left: Keys, right: Keys) -> Keys:
    """Unique keys of a join that may multiply: one key of each side together."""
    pairs = [a | b for a in sorted(left, key=sorted) for b in sorted(right, key=sorted)]
    return frozenset(pairs[:_MOST_KEYS])


def at_most_one_match(join: exp.Join, scope: Scope, right: list[Source], unique: Keys) -> bool:
    """Whether ON and USING fix a whole unique key of the right side by values of the left side."""
    aliases = {s.alias for s in right}
    fixed: set[tuple[str, str]] = set()
    for condition in conjuncts(join.args.get("on")):
        if not isinstance(condition, exp.EQ):
            continue
        for one, other in ((condition.left, condition.right), (condition.right, condition.left)):
            own = _owner(one, scope)
            if own is not None and own[0] in aliases and not _reads(other, scope, aliases):
                fixed.add(own)
    for identifier in join.args.get("using") or []:
        fixed.update((s.alias, identifier.name.lower()) for s in right)
    return any(key <= fixed for key in unique)


def _owner(node: exp.Expr, scope: Scope) -> tuple[str, str] | None:
    """The source and column that a plain column means, where that is certain."""
    if not isinstance(node, exp.Column) or node.args.get("db") or isinstance(node.this, exp.Star):
        return None
    name = node.name.lower()
    if node.table:
        source = scope.named(node.table.lower())
        return (source.alias, name) if source in scope.sources and source.has(name, qualified=True) else None
    holders = [s for s in scope.sources if s.has(name, qualified=False)]
    return (holders[0].alias, name) if len(holders) == 1 else None


def _reads(node: exp.Expr, scope: Scope, aliases: set[str]) -> bool:
    """Whether an expression might read one of the aliases; a subquery always might."""
    if node.find(exp.Query):
        return True
    for column in node.find_all(exp.Column):
        owner = _owner(column, scope)
        if owner is None or owner[0] in aliases:
            return True
    return False


def positions(group: exp.Group) -> list[int]:
    """Positions that GROUP BY names instead of columns."""
    return [int(e.name) for e in group.expressions if isinstance(e, exp.Literal) and not e.is_string]


def after_select(node: exp.Select, scope: Scope, unique: Keys) -> frozenset[frozenset[str]]:
    """Unique keys of a SELECT's output, by output name."""
    if any(p.find(exp.Explode, exp.Unnest) for p in node.expressions):
        return frozenset()
    outputs = {(p.alias_or_name.lower() or f"#{i}"): p.unalias() for i, p in enumerate(node.expressions, 1)}
    found: set[frozenset[str]] = set()
    distinct = node.args.get("distinct")
    if distinct is not None and not distinct.args.get("on"):
        found.add(frozenset(outputs))
    group = node.args.get("group")
    if group is not None:
        grouped = _group_key(group, outputs, scope)
        return frozenset(found if grouped is None else {*found, grouped})
    if node.args.get("having") is not None or any(_aggregates(e) for e in outputs.values()):
        return frozenset({frozenset()})
    names: dict[tuple[str, str], str] = {}
    for name, expression in outputs.items():
        owner = _owner(expression, scope)
        if owner is not None:
            names[owner] = name
    partition = _numbered_first(node, scope)
    for key in unique if partition is None else {*unique, partition}:
        if all(c in names for c in key):
            found.add(frozenset(names[c] for c in key))
    return frozenset(found)


def _aggregates(node: exp.Expr) -> bool:
    """Whether an expression certainly makes its SELECT an aggregate: one that is no window, at its own level."""
    return any(
        isinstance(a, exp.AggFunc)
        and not a.find_ancestor(exp.Window)
        and a.find_ancestor(exp.Query) is node.find_ancestor(exp.Query)
        for a in node.find_all(exp.AggFunc)
    )


def _group_key(group: exp.Group, outputs: dict[str, exp.Expr], scope: Scope) -> frozenset[str] | None:
    """Output names that hold all grouping expressions; none where one is not put out, or the groups overlap."""
    if group.args.get("all"):
        return frozenset(n for n, e in outputs.items() if not _aggregates(e))
    if any(group.args.get(p) for p in ("grouping_sets", "cube", "rollup", "totals")):
        return None
    names = list(outputs)
    key: set[str] = set()
    for expression in group.expressions:
        if isinstance(expression, exp.Literal) and not expression.is_string:
            if not 0 < int(expression.name) <= len(names):
                return None
            key.add(names[int(expression.name) - 1])
            continue
        if isinstance(expression, (exp.Rollup, exp.Cube, exp.GroupingSets)):
            return None
        owner = _owner(expression, scope)
        found = next((n for n, e in outputs.items() if e == expression or (owner and _owner(e, scope) == owner)), None)
        if found is None and isinstance(expression, exp.Column) and not owner and expression.name.lower() in outputs:
            found = expression.name.lower()
        if found is None:
            return None
        key.add(found)
    return frozenset(key)


def _numbered_first(node: exp.Select, scope: Scope) -> Key | None:
    """The partition of a ``QUALIFY row_number() OVER (PARTITION BY ...) = 1``, of which one row is left."""
    qualify = node.args.get("qualify")
    for condition in conjuncts(qualify.this if qualify is not None else None):
        if not isinstance(condition, exp.EQ):
            continue
        window, one = condition.left, condition.right
        if isinstance(window, exp.Window) and isinstance(window.this, exp.RowNumber) and one == exp.Literal.number(1):
            owners = [_owner(p, scope) for p in window.args.get("partition_by") or []]
            if all(o is not None for o in owners) and not window.alias:
                return frozenset(o for o in owners if o is not None)
    return None
