"""Names within one SELECT: which relation a column belongs to.

Belongs here: sources, aliases, outer scopes, and the resolution of a column's name as DuckDB does it. Where DuckDB
would choose between two meanings, both are taken: a reference too many is safe, one too few is not.
Not here: the walk over the SELECT (``reader``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from reportmetrics.metrics.levels.relation import Relation


@dataclass(slots=True)
class Source:
    """An item of FROM under its alias. ``base`` is the table or view that it reads directly, else empty.

    ``merged`` are columns that a USING merged into those of an earlier source: they answer only to a qualified name.
    """

    alias: str
    relation: Relation
    base: str = ""
    merged: set[str] = field(default_factory=set)

    def has(self, column: str, *, qualified: bool) -> bool:
        """Whether the column is declared here and answers to this way of naming it."""
        return column in self.relation.columns and (qualified or column not in self.merged)


@dataclass(slots=True)
class Scope:
    """The names that expressions of one SELECT may use."""

    outer: Scope | None
    ctes: Mapping[str, Relation]
    sources: list[Source] = field(default_factory=list)
    aliases: dict[str, exp.Expr] = field(default_factory=dict)
    windows: dict[str, exp.Expr] = field(default_factory=dict)
    resolving: set[str] = field(default_factory=set)

    def named(self, alias: str) -> Source | None:
        """The source of that alias, here or in a scope around this one."""
        for source in self.sources:
            if source.alias == alias:
                return source
        return self.outer.named(alias) if self.outer else None

    def holding(self, column: str) -> list[Source]:
        """Sources of this SELECT that an unqualified name may mean; those of unknown columns for want of others."""
        known = [s for s in self.sources if s.has(column, qualified=False)]
        return known or [s for s in self.sources if s.relation.open]


def line_of(node: exp.Expr) -> int:
    """Line on which the node stands in its text, as near as the parser kept it (1 = first)."""
    at: exp.Expr | None = node
    while at is not None:
        for part in at.walk():
            if "line" in part.meta:
                return int(part.meta["line"])
        at = at.parent
    return 1


def alias_columns(node: exp.Expr) -> list[str]:
    """The names in ``AS t(a, b)``."""
    alias = node.args.get("alias")
    if not isinstance(alias, exp.TableAlias):
        return []
    return [c.name.lower() for c in alias.args.get("columns") or []]


def conjuncts(condition: exp.Expr | None) -> list[exp.Expr]:
    """The parts of a condition that must all hold: AND taken apart, parentheses removed."""
    if condition is None:
        return []
    condition = condition.unnest()
    if isinstance(condition, exp.Where):
        return conjuncts(condition.this)
    if isinstance(condition, exp.And):
        return [*conjuncts(condition.left), *conjuncts(condition.right)]
    return [condition]
