"""What the value of an expression depends on.

Belongs here: columns, aliases, subqueries, windows and lambdas within expressions. Not here: FROM (``sources``).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from sqlglot import exp

from reportmetrics.metrics.levels.relation import NOTHING, Place, References
from reportmetrics.metrics.levels.scope import Scope, Source, line_of

if TYPE_CHECKING:
    from reportmetrics.metrics.levels.reader import Reader

Bound = frozenset[str]
_SPREADS = frozenset({"generate_subscripts", "regexp_split_to_table", "unlist"})
"""Functions besides ``unnest`` that turn one row into several."""


class Expressions:
    """Resolves expressions for a reader, noting each reference with its line."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def of(self, node: exp.Expr, scope: Scope, bound: Bound = frozenset()) -> References:
        """References that the value of ``node`` depends on; ``bound`` are parameters of lambdas around it."""
        if isinstance(node, exp.Column) and not isinstance(node.this, exp.Star):
            return self._column(node, scope, bound)
        if isinstance(node, exp.Query):
            return self._reader.query(node, scope.ctes, scope).everything
        if isinstance(node, exp.Count) and (node.this is None or isinstance(node.this, exp.Star)):
            return NOTHING  # what decides the rows is always read with them
        if isinstance(node, (exp.Star, exp.Columns, exp.Column)):
            return self._star(node, scope)
        if isinstance(node, exp.Lambda):
            bound = bound | {p.name.lower() for p in node.expressions}
            self._reader.reading.column_names.update(bound)
        elif isinstance(node, exp.Comprehension):
            self._reader.unsupported(node, "a list comprehension")
            bound = bound | {node.expression.name.lower()}
        elif isinstance(node, exp.Dot):
            return self._dot(node, scope, bound)
        elif isinstance(node, exp.PositionalColumn):
            self._reader.fault(node, "positional-reference", "a column is named by its position", "name the column")
            return frozenset().union(*(s.relation.everything for s in scope.sources))
        elif isinstance(node, (exp.Placeholder, exp.Parameter)):
            self._reader.fault(node, "parameter", "a definition takes no parameters", "read the table as_of instead")
        elif isinstance(node, exp.Anonymous) and node.name.lower() in _SPREADS:
            self._reader.unsupported(node, f"{node.name} (which returns several rows; unnest does)")
        refs = NOTHING
        if isinstance(node, exp.Window) and node.alias:
            refs = self._named_window(node.alias.lower(), scope, bound)
        return refs.union(*(self.of(child, scope, bound) for child in node.iter_expressions()))

    def _named_window(self, name: str, scope: Scope, bound: Bound) -> References:
        window = scope.windows.get(name)
        if window is None or name in scope.resolving:
            return NOTHING
        scope.resolving.add(name)
        refs = self.of(window, scope, bound)
        scope.resolving.discard(name)
        return refs

    def _star(self, node: exp.Expr, scope: Scope) -> References:
        self._reader.fault(node, "select-star", "the columns are not listed", "list the columns that are needed")
        refs = NOTHING
        for source in scope.sources:
            for column in source.relation.columns:
                refs |= self._note(node, source, column)
            refs |= source.relation.everything
        return refs

    def _dot(self, node: exp.Dot, scope: Scope, bound: Bound) -> References:
        """A part of a struct, or a function called through a dot (which may hide a schema)."""
        if isinstance(node.expression, exp.Func):
            self._reader.unsupported(node, "a function called through a dot")
        if isinstance(node.this, exp.Identifier):
            head = exp.Column(this=node.this.copy())
            refs = NOTHING if node.this.name.lower() in bound else self._unqualified(head, line_of(node), scope)
        else:
            refs = self.of(node.this, scope, bound)
        return refs if isinstance(node.expression, exp.Identifier) else refs | self.of(node.expression, scope, bound)

    def _column(self, node: exp.Column, scope: Scope, bound: Bound) -> References:
        parts = [p.name.lower() for p in node.parts]
        self._reader.reading.column_names.update(parts)
        line = line_of(node)
        if parts[0] in bound:
            return NOTHING
        if len(parts) == 1:
            return self._unqualified(node, line, scope)
        found = NOTHING
        known = False
        for owner, column in pairwise(parts):
            source = scope.named(owner)
            if source is not None and (source.has(column, qualified=True) or source.relation.open):
                found |= self._note(node, source, column)
                known = True
        if len(parts) > 2 and scope.named(parts[0]) is None:
            self._reader.fault(
                line, "qualified-name", f"{'.'.join(parts)} names a schema", "name the column by its table's alias"
            )
        if known:
            return found
        if scope.named(parts[0]) is not None:
            self._unknown(line, ".".join(parts))
            return NOTHING
        return self._unqualified(exp.Column(this=exp.to_identifier(parts[0])), line, scope)  # part of a struct

    def _unqualified(self, node: exp.Column, line: int, scope: Scope) -> References:
        name = node.name.lower()
        at: Scope | None = scope
        while at is not None:
            holders = at.holding(name)
            refs = NOTHING.union(*(self._note(node, s, name, line) for s in holders))
            is_alias = name in at.aliases and name not in at.resolving
            if is_alias:
                at.resolving.add(name)
                refs |= self.of(at.aliases[name], at)
                at.resolving.discard(name)
            if holders or is_alias:
                return refs
            at = at.outer
        source = scope.named(name)
        if source is None:
            self._unknown(line, name)
            return NOTHING
        self._reader.fault(line, "whole-row", f"{name} as a value is the whole row", "name the columns that are needed")
        return source.relation.everything.union(*(self._note(node, source, c, line) for c in source.relation.columns))

    def _unknown(self, line: int, name: str) -> None:
        self._reader.fault(line, "column-unknown", f"there is no column {name} here", "correct the name, or its table")

    def _note(self, node: exp.Expr, source: Source, column: str, line: int = 0) -> References:
        """The references of a source's column; noted with the line where the source is a table or view itself."""
        refs = source.relation.columns.get(column)
        if refs is None:
            refs = source.relation.everything
        if source.base:
            at = line or line_of(node)
            self._reader.reading.places.update(Place(at, r) for r in refs if r.relation == source.base)
        return refs
