"""The SELECT of a definition: parsed once, checked, and asked what it reads and returns.

Belongs here: everything about the syntax tree of one file. Not here: the header, and how files fit together.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from reportmetrics.metrics.definition import Select
from reportmetrics.metrics.header import Problem

ENGINE_BOUND = (
    exp.PercentileCont,
    exp.PercentileDisc,
    exp.Quantile,
    exp.ApproxQuantile,
    exp.Median,
    exp.Pivot,
)
"""What engines compute differently, or not at all; an estimator does it from the rows."""


def written(node: exp.Expr, *, copy: bool = True) -> str:
    """A query, or a part of one, as text to run: without comments, laid out for a person to read.

    Writing changes a tree here and there: whoever passes one that nobody else holds says ``copy=False``.
    """
    return node.sql(dialect="duckdb", copy=copy, pretty=True, comments=False)


@lru_cache(maxsize=512)
def statements_of(sql: str) -> tuple[exp.Expr, ...]:
    """The statements of a text; raises sqlglot's error.

    Loading and lint share the trees: whoever changes one copies it first.
    """
    return tuple(s for s in sqlglot.parse(sql, dialect="duckdb") if s is not None)


def query_of(sql: str) -> exp.Query:
    """The one query that a text holds, as ``parse_select`` found it."""
    (tree,) = statements_of(sql)
    assert isinstance(tree, exp.Query)
    return tree


def parse_select(sql: str, shown: str, first_line: int) -> tuple[Select | None, list[Problem]]:
    """The one SELECT in ``sql``, or None, with every mistake; lines are counted from ``first_line`` of the file."""

    def problem(code: str, message: str, remedy: str, node: exp.Expr | None = None) -> Problem:
        line = _line(node) if node is not None else 1
        return Problem(shown, first_line + line - 1, code, message, remedy)

    try:
        statements = statements_of(sql)
    except SqlglotError as error:
        where = getattr(error, "errors", None) or [{}]
        line = first_line + int(where[0].get("line") or 1) - 1
        text = where[0].get("description") or str(error).splitlines()[0]
        return None, [Problem(shown, line, "sql-syntax", f"the SQL cannot be read: {text}", "correct it")]
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        return None, [problem("sql-one-select", "the file must hold exactly one SELECT", "keep one, without others")]
    tree = statements[0]
    problems = [
        problem("select-star", "'SELECT *' hides which columns are read", "name the columns", node)
        for node in _stars(tree)
    ]
    problems += [
        problem("not-portable", f"{node.sql(dialect='duckdb')} differs between engines", "let an estimator do it", node)
        for node in tree.find_all(*ENGINE_BOUND)
    ]
    problems += [
        problem(
            "division", f"{node.sql(dialect='duckdb')} may divide by zero", "wrap the divisor in nullif(..., 0)", node
        )
        for node in tree.find_all(exp.Div, exp.IntDiv, exp.Mod)
        if not _guarded(node.expression)
    ]
    columns = tuple(p.alias_or_name for p in tree.selects if not p.is_star)
    if "" in columns:
        problems.append(problem("column-name", "a returned column has no name", "name each with AS"))
    for name in sorted({c for c in columns if c and columns.count(c) > 1}):
        problems.append(problem("column-twice", f"column '{name}' is returned twice", "return it once"))
    return Select(sql, columns, _reads(tree), _is_plain(tree)), problems


def _is_plain(tree: exp.Query) -> bool:
    worked_out = any(tree.find(kind) for kind in (exp.Join, exp.Group, exp.Distinct, exp.Window, exp.With))
    return isinstance(tree, exp.Select) and not worked_out


def _stars(tree: exp.Query) -> Iterator[exp.Expr]:
    for star in tree.find_all(exp.Star):
        if not isinstance(star.parent, exp.Count):
            yield star


def _guarded(divisor: exp.Expr) -> bool:
    while isinstance(divisor, exp.Paren | exp.Cast):
        divisor = divisor.this
    if isinstance(divisor, exp.Literal):
        return not divisor.is_string and float(divisor.this) != 0
    return isinstance(divisor, exp.Nullif)


def _line(node: exp.Expr) -> int:
    for part in node.walk():
        if "line" in part.meta:
            return int(part.meta["line"])
    return 1


def _reads(tree: exp.Query) -> tuple[str, ...]:
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    return tuple(sorted({t.name for t in tree.find_all(exp.Table) if t.name and t.name not in own}))


def own_ctes(tree: exp.Query) -> set[str]:
    """Names that the query gives to its own CTEs."""
    return {cte.alias for cte in tree.find_all(exp.CTE)}
