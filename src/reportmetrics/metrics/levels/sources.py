"""The items of FROM: tables, subqueries, lists, and how joins combine them.

Belongs here: what each item depends on, and what a join adds to the rows or to the columns of its right side. Not here:
expressions (``expressions``) or the proof of uniqueness (``keys``).

A LEFT JOIN whose right side has at most one match per row neither adds nor drops rows, so that the right side then
colours only its own columns. Every other join colours the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlglot import exp

from reportmetrics.metrics.levels import keys
from reportmetrics.metrics.levels.keys import Keys
from reportmetrics.metrics.levels.relation import NOTHING, Place, Reference, References, Relation
from reportmetrics.metrics.levels.scope import Scope, Source, alias_columns, line_of

if TYPE_CHECKING:
    from reportmetrics.metrics.levels.reader import Reader

_TABLE_PARTS = frozenset(["this", "alias", "db", "catalog", "joins"])
_JOIN_PARTS = frozenset(["this", "side", "kind", "on", "using", "method"])
_LATERAL_PARTS = frozenset(["this", "alias"])


class Sources:
    """Walks FROM for a reader."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def of(self, select: exp.Select, scope: Scope, narrowed: Mapping[str, str]) -> tuple[References, Keys]:
        """Fill the scope with the items of FROM. Returns what their rows depend on, and the unique keys of the join."""
        start = select.args.get("from_")
        if start is None:
            return NOTHING, frozenset({frozenset()})
        rows, unique = self._item(start.this, scope, narrowed)
        for join in select.args.get("joins") or []:
            rows, unique = self._join(join, scope, narrowed, rows, unique)
        return rows, unique

    def add(self, scope: Scope, alias: str, relation: Relation, base: str = "") -> Keys:
        """Put a relation into the scope under an alias; returns its unique keys under that alias."""
        scope.sources.append(Source(alias, relation, base))
        return frozenset(frozenset((alias, c) for c in key) for key in relation.unique)

    def _item(self, node: exp.Expr, scope: Scope, narrowed: Mapping[str, str]) -> tuple[References, Keys]:
        """One item of FROM, with the joins inside its parentheses."""
        if isinstance(node, exp.Subquery) and not node.alias and isinstance(node.this, (exp.Table, exp.Subquery)):
            inner = node.this
            if isinstance(inner, exp.Table) or not isinstance(inner.this, exp.Query) or not inner.alias:
                return self._item(inner, scope, narrowed)
        relation, base = self._relation(node, scope, narrowed)
        alias = node.alias_or_name.lower()
        if alias and any(s.alias == alias for s in scope.sources):
            message, remedy = f"{alias} stands twice in FROM", "give each its own alias"
            self._reader.fault(node, "alias-twice", message, remedy)
        unique = self.add(scope, alias, relation, base)
        rows = relation.rows
        for join in node.args.get("joins") or [] if isinstance(node, exp.Table) else []:
            rows, unique = self._join(join, scope, narrowed, rows, unique)
        return rows, unique

    def _relation(self, node: exp.Expr, scope: Scope, narrowed: Mapping[str, str]) -> tuple[Relation, str]:
        """What an item is, and the table or view that it names, if it does."""
        names = alias_columns(node)
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            return self._table(node, scope, narrowed.get(node.alias_or_name.lower(), ""))
        if isinstance(node, exp.Subquery):
            return self._reader.query(node, scope.ctes, scope).renamed(names), ""
        if isinstance(node, exp.Lateral):
            self._reader.only(node, _LATERAL_PARTS)
            return self._relation(node.this, scope, narrowed)[0].renamed(names), ""
        if isinstance(node, exp.Values):
            width = max((len(t.expressions) for t in node.expressions), default=0)
            refs = NOTHING.union(*(self._reader.expressions.of(t, scope) for t in node.expressions))
            columns = {f"col{i}": refs for i in range(width)}
            return Relation(columns).renamed(names), ""
        if isinstance(node, exp.Unnest):
            refs = NOTHING.union(*(self._reader.expressions.of(e, scope) for e in node.expressions))
            return Relation(dict.fromkeys(names, refs), refs, open=True), ""
        called = node.this if isinstance(node, exp.Table) else node
        name = called.name or called.key
        self._reader.fault(
            node,
            "table-function",
            f"{name}(...) in FROM reads something that is not a declared table",
            "read a canonical table or a derived view",
        )
        return Relation({}, open=True), ""

    def _table(self, node: exp.Table, scope: Scope, narrowed: str) -> tuple[Relation, str]:
        self._reader.only(node, _TABLE_PARTS)
        name = node.name.lower()
        if node.db or node.catalog:
            message = f"{node.sql(dialect='duckdb', comments=False)} names a schema"
            self._reader.fault(node, "qualified-name", message, f"write {name} alone")
            self._reader.reading.tables.add(".".join(p.name.lower() for p in node.parts))
        elif name in scope.ctes:
            return scope.ctes[name].renamed(alias_columns(node)), ""
        self._reader.reading.tables.add(name)
        shape = self._reader.shapes.get(name)
        if shape is None:
            message = f"{node.name} is neither a canonical table nor a derived view nor a WITH part"
            self._reader.fault(node, "table-unknown", message, "read a declared table or view")
            return Relation({}, open=True), ""
        rows = frozenset({Reference(name, "", narrowed)})
        self._reader.reading.places.update(Place(line_of(node), r) for r in rows)
        columns = {c: frozenset({Reference(name, c, narrowed)}) for c in shape.columns}
        return Relation(columns, rows, shape.unique).renamed(alias_columns(node)), name

    def _join(
        self, join: exp.Join, scope: Scope, narrowed: Mapping[str, str], rows: References, unique: Keys
    ) -> tuple[References, Keys]:
        self._reader.only(join, _JOIN_PARTS)
        if join.method in ("NATURAL", "POSITIONAL"):
            self._reader.unsupported(join, f"{join.method} JOIN")
        left = list(scope.sources)
        right_rows, right_unique = self._item(join.this, scope, narrowed)
        right = scope.sources[len(left) :]
        condition = self._using(join, left, right, scope)
        if join.args.get("on"):
            condition |= self._reader.expressions.of(join.args["on"], scope)
        single = join.method == "ASOF" or keys.at_most_one_match(join, scope, right, right_unique)
        if join.kind in ("SEMI", "ANTI"):
            del scope.sources[len(left) :]
            return rows | right_rows | condition, unique
        if join.side == "LEFT" and single:
            for source in right:
                _colour(source, right_rows | condition)
            return rows, unique
        keep = single and join.side not in ("RIGHT", "FULL")
        outer_join = join.side in ("RIGHT", "FULL")
        combined = unique if keep else keys.combined(unique, frozenset() if outer_join else right_unique)
        return rows | right_rows | condition, combined

    def _using(self, join: exp.Join, left: list[Source], right: list[Source], scope: Scope) -> References:
        """What USING compares. An inner or left join then takes the left side's value for the unqualified name."""
        refs = NOTHING
        for identifier in join.args.get("using") or []:
            name = identifier.name.lower()
            column = exp.Column(this=identifier.copy())
            if not any(s.has(name, qualified=False) or s.relation.open for s in left) or not any(
                s.has(name, qualified=False) or s.relation.open for s in right
            ):
                message = f"USING names {name}, which one side of the join does not have"
                self._reader.fault(identifier, "column-unknown", message, "correct the name, or use ON")
                continue
            refs |= self._reader.expressions.of(column, scope)
            if join.side not in ("RIGHT", "FULL"):
                for source in right:
                    source.merged.add(name)
        return refs


def _colour(source: Source, refs: References) -> None:
    """Let every column of a source depend on ``refs`` too: whether a match exists shows in each."""
    old = source.relation
    columns = {c: r | refs for c, r in old.columns.items()}
    source.relation = Relation(columns, old.rows | refs, old.unique, old.open)
