"""Reads one SQL text and says what every part of it depends on.

Belongs here: the walk over queries, set operations and SELECTs. The items of FROM are walked in ``sources``,
expressions in ``expressions``. Not here: judging what is read (``check``).

The walk fails closed: a part of a query that it does not know is a fault, never skipped.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp
from sqlglot.errors import SqlglotError

from reportmetrics.metrics.levels import keys
from reportmetrics.metrics.levels.expressions import Expressions
from reportmetrics.metrics.levels.narrowing import direct_tables, narrowed_levels
from reportmetrics.metrics.levels.relation import NOTHING, Fault, Reading, References, Relation, Shape
from reportmetrics.metrics.levels.scope import Scope, alias_columns, line_of
from reportmetrics.metrics.levels.sources import Sources
from reportmetrics.metrics.select import statements_of

_SELECT_PARTS = frozenset(
    {
        "with_",
        "expressions",
        "distinct",
        "from_",
        "joins",
        "where",
        "group",
        "having",
        "qualify",
        "windows",
        "order",
        "limit",
        "offset",
    }
)
_SET_PARTS = frozenset(["with_", "this", "expression", "distinct", "by_name", "order", "limit", "offset"])
_SUBQUERY_PARTS = frozenset(["this", "alias", "with_", "order", "limit", "offset"])


def read_sql(sql: str, shapes: Mapping[str, Shape]) -> Reading:
    """What the text reads, given the tables and views that it may name. A text that cannot be read is a fault."""
    reader = Reader(shapes)
    reader.reading.output = reader.text(sql)
    return reader.reading


class Reader:
    """The walk over one text; collects references and faults on the way."""

    def __init__(self, shapes: Mapping[str, Shape]) -> None:
        self.shapes = shapes
        self.reading = Reading(Relation({}))
        self.expressions = Expressions(self)
        self.sources = Sources(self)

    def fault(self, node: exp.Expr | int, code: str, message: str, remedy: str) -> None:
        """Note something that may not be there, once a line."""
        line = node if isinstance(node, int) else line_of(node)
        fault = Fault(line, code, message, remedy)
        if fault not in self.reading.faults:
            self.reading.faults.append(fault)

    def text(self, sql: str) -> Relation:
        """The relation that a whole text returns."""
        try:
            statements = statements_of(sql)
        except SqlglotError as error:
            reason = str(error).splitlines()[0]
            self.fault(1, "sql-syntax", f"the SQL cannot be parsed: {reason}", "correct the SELECT")
            return Relation({}, open=True)
        if len(statements) != 1 or not isinstance(statements[0], exp.Query):
            self.fault(
                1, "sql-one-select", "the file must hold exactly one SELECT", "leave one SELECT and nothing else"
            )
            return Relation({}, open=True)
        return self.query(statements[0], {}, None)

    def query(self, node: exp.Expr, ctes: Mapping[str, Relation], outer: Scope | None) -> Relation:
        """The relation that a SELECT, a set operation or either in parentheses returns."""
        if isinstance(node, exp.Select):
            return self._select(node, ctes, outer)
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, ctes, outer)
        if isinstance(node, exp.Subquery):
            return self._subquery(node, ctes, outer)
        if isinstance(node, exp.Table):  # FROM ((a JOIN b ...)): a SELECT of everything in it
            return self._select(exp.Select(expressions=[], from_=exp.From(this=node.copy())), ctes, outer, bare=True)
        self.unsupported(node, type(node).__name__.upper())
        return Relation({}, open=True)

    def unsupported(self, node: exp.Expr, what: str) -> None:
        """A form of SQL that the analysis does not follow."""
        self.fault(node, "unsupported-sql", f"{what} is not allowed in a definition", "write it as a plain SELECT")

    def only(self, node: exp.Expr, known: frozenset[str]) -> None:
        """Fault every part of a node that the walk does not read."""
        for part, value in node.args.items():
            if part in known or not value:
                continue
            if part in ("sample", "pivots"):
                continue_as = {"sample": "SAMPLE", "pivots": "PIVOT"}[part]
                self.unsupported(node, continue_as)
            else:
                self.unsupported(node, part.rstrip("_").upper())

    def _with(self, node: exp.Expr, ctes: Mapping[str, Relation], outer: Scope | None) -> Mapping[str, Relation]:
        with_ = node.args.get("with_")
        if with_ is None:
            return ctes
        if with_.args.get("recursive"):
            self.unsupported(with_, "WITH RECURSIVE")
        known = dict(ctes)
        for cte in with_.expressions:
            name = cte.alias.lower()
            if name in self.shapes:
                message = f"the name {name} of a WITH part hides the table or view {name}"
                self.fault(cte, "table-hidden", message, "give the WITH part a name of its own")
            known[name] = self.query(cte.this, known, outer).renamed(alias_columns(cte))
        return known

    def _subquery(self, node: exp.Subquery, ctes: Mapping[str, Relation], outer: Scope | None) -> Relation:
        self.only(node, _SUBQUERY_PARTS)
        ctes = self._with(node, ctes, outer)
        inner = self.query(node.this, ctes, outer)
        return self._ordered(node, inner, ctes, outer)

    def _set_operation(self, node: exp.SetOperation, ctes: Mapping[str, Relation], outer: Scope | None) -> Relation:
        self.only(node, _SET_PARTS)
        ctes = self._with(node, ctes, outer)
        left, right = self.query(node.left, ctes, outer), self.query(node.right, ctes, outer)
        if node.args.get("by_name"):
            names = list(dict.fromkeys([*left.columns, *right.columns]))
            columns = {n: left.columns.get(n, NOTHING) | right.columns.get(n, NOTHING) for n in names}
        else:
            pairs = zip(left.columns.items(), right.columns.values(), strict=False)
            columns = {n: a | b for (n, a), b in pairs}
        rows = left.rows | right.rows
        unique = left.unique if isinstance(node, (exp.Except, exp.Intersect)) else frozenset()
        if node.args.get("distinct") or not isinstance(node, exp.Union):
            rows |= left.cells | right.cells
        if node.args.get("distinct"):
            unique |= {frozenset(columns)}
        merged = Relation(columns, rows, unique, open=left.open or right.open)
        return self._ordered(node, merged, ctes, outer)

    def _ordered(self, node: exp.Expr, inner: Relation, ctes: Mapping[str, Relation], outer: Scope | None) -> Relation:
        """ORDER BY, LIMIT and OFFSET after a set operation or parentheses."""
        parts = [node.args[p] for p in ("order", "limit", "offset") if node.args.get(p)]
        if not parts:
            return inner
        scope = Scope(outer, ctes)
        self.sources.add(scope, "", inner)
        rows = inner.rows.union(*(self.expressions.of(p, scope) for p in parts))
        if node.args.get("order"):
            rows |= inner.cells
        return Relation(inner.columns, rows, inner.unique, inner.open)

    def _select(
        self, node: exp.Select, ctes: Mapping[str, Relation], outer: Scope | None, *, bare: bool = False
    ) -> Relation:
        self.only(node, _SELECT_PARTS)
        ctes = self._with(node, ctes, outer)
        scope = Scope(outer, ctes)
        direct = direct_tables(node, ctes, self.shapes)
        alone = not node.args.get("joins")
        rows, unique = self.sources.of(node, scope, narrowed_levels(direct, self.shapes, alone=alone))
        if bare:
            columns = {c: refs for s in scope.sources for c, refs in s.relation.columns.items()}
            return Relation(columns, rows, open=any(s.relation.open for s in scope.sources))
        scope.aliases = {p.alias.lower(): p.this for p in node.expressions if isinstance(p, exp.Alias)}
        scope.windows = {w.this.name.lower(): w for w in node.args.get("windows") or []}
        columns, spread = self._projections(node, scope)
        rows |= spread | self._row_conditions(node, scope, columns)
        is_open = any(p.find(exp.Star, exp.Columns) and not p.find(exp.Count) for p in node.expressions)
        return Relation(columns, rows, keys.after_select(node, scope, unique), is_open)

    def _projections(self, node: exp.Select, scope: Scope) -> tuple[dict[str, References], References]:
        """What each output column depends on, and what an unnested list adds to the rows."""
        columns: dict[str, References] = {}
        spread = NOTHING
        for position, projection in enumerate(node.expressions):
            inner = projection.this if isinstance(projection, exp.Alias) else projection
            name = projection.alias_or_name.lower() or f"#{position + 1}"
            if isinstance(projection, exp.Alias):
                scope.resolving.add(name)
            refs = self.expressions.of(inner, scope)
            scope.resolving.discard(name)
            if inner.is_star or isinstance(inner, exp.Columns):
                columns.update({c: columns.get(c, NOTHING) | refs for s in scope.sources for c in s.relation.columns})
            columns[name] = columns.get(name, NOTHING) | refs
            if inner.find(exp.Explode, exp.Unnest):
                spread |= refs
        return columns, spread

    def _row_conditions(self, node: exp.Select, scope: Scope, columns: Mapping[str, References]) -> References:
        """What decides which rows there are, beyond FROM."""
        rows = NOTHING
        for part in ("where", "having", "qualify", "order", "limit", "offset"):
            if node.args.get(part):
                rows |= self.expressions.of(node.args[part], scope)
        group = node.args.get("group")
        if group is not None:
            rows |= self.expressions.of(group, scope)
            outputs = list(columns.values())
            for index in keys.positions(group):
                if 0 < index <= len(outputs):
                    rows |= outputs[index - 1]
            if group.args.get("all"):
                rows |= frozenset().union(*outputs)
        distinct = node.args.get("distinct")
        if distinct is not None:
            rows |= self.expressions.of(distinct, scope)
            rows |= frozenset().union(*columns.values())
        order = node.args.get("order")
        if order is not None:
            rows |= frozenset().union(*columns.values())
        return rows
