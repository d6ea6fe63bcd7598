"""Rules about the SQL of a definition that need no level: division, chance, order, other metrics.

Belongs here: one function a rule, each from a text to faults. Not here: levels (``levels``), headers (``lint_header``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlglot import exp
from sqlglot.errors import SqlglotError

from reportmetrics.metrics.levels.engine import line_at, nodes, unstable_calls
from reportmetrics.metrics.levels.relation import Fault, Reading
from reportmetrics.metrics.levels.scope import line_of
from reportmetrics.metrics.select import statements_of
from reportmetrics.warehouse.made_tables import HIDDEN_BEFORE

RESULTS = frozenset(
    {"figure", "figures", "series", "listing", "listings", "publication", "manifest", HIDDEN_BEFORE.name}
)
"""Names that a metric's results go by."""

_DIVIDES = frozenset({"divide", "fdiv", "fmod", "mod"})
_TAKES_ANY = frozenset(
    {"any_value", "arbitrary", "array_agg", "first", "group_concat", "last", "list", "listagg", "string_agg"}
)
_COUNTS_ROWS = frozenset({"first_value", "lag", "last_value", "lead", "nth_value", "ntile", "row_number"})


def unguarded_divisions(tree: exp.Expr) -> Iterator[Fault]:
    """Divisions whose divisor may be zero."""
    for node in tree.walk():
        divisor = _divisor(node)
        if divisor is not None and not _never_zero(divisor):
            shown = node.sql(dialect="duckdb", comments=False)
            yield Fault(line_of(node), "division", f"{shown} may divide by zero", "wrap the divisor in nullif(..., 0)")


def _divisor(node: exp.Expr) -> exp.Expr | None:
    divisor: object = None
    if isinstance(node, (exp.Div, exp.IntDiv, exp.Mod)):
        divisor = node.expression
    elif isinstance(node, exp.Anonymous) and node.name.lower() in _DIVIDES and len(node.expressions) == 2:
        divisor = node.expressions[1]
    return divisor if isinstance(divisor, exp.Expr) else None


def _never_zero(node: exp.Expr) -> bool:
    """Whether a divisor is null or not zero, by its form alone."""
    while isinstance(node, (exp.Paren, exp.Cast, exp.Neg)):
        node = node.this
    if isinstance(node, exp.Mul):
        return _never_zero(node.left) and _never_zero(node.right)
    if isinstance(node, exp.Nullif):
        return _is_zero(node.expression)
    return isinstance(node, exp.Literal) and not node.is_string and float(node.name) != 0


def _is_zero(node: exp.Expr) -> bool:
    while isinstance(node, (exp.Paren, exp.Cast)):
        node = node.this
    return isinstance(node, exp.Literal) and not node.is_string and float(node.name) == 0


def moving_functions(sql: str, tree: Any) -> Iterator[Fault]:
    """Functions whose answer depends on chance, on the clock or on who asks; ``tree`` is the engine's."""
    for name, offset in unstable_calls(tree):
        message = f"{name} does not give the same answer for the same rows"
        yield Fault(
            line_at(sql, offset), "not-deterministic", message, "read the table as_of for the date, or leave it out"
        )


def order_left_open(sql: str, tree: Any, parsed: exp.Expr) -> Iterator[Fault]:
    """Answers that depend on the order of rows where none is given; ``tree`` is the engine's, ``parsed`` sqlglot's."""
    for node in nodes(tree):
        name = str(node.get("function_name") or "").lower()
        window = node.get("class") == "WINDOW"
        orders = node.get("orders") if window else (node.get("order_bys") or {}).get("orders")
        if not orders and name in (_COUNTS_ROWS | _TAKES_ANY if window else _TAKES_ANY):
            message = f"{name} depends on the order of rows, and none is given"
            remedy = "give an ORDER BY by unique columns, or use min or max"
            yield Fault(line_at(sql, node.get("query_location")), "order-open", message, remedy)
    for select in parsed.find_all(exp.Select):
        distinct = select.args.get("distinct")
        picks = (distinct is not None and distinct.args.get("on")) or select.args.get("limit")
        if picks and not select.args.get("order"):
            message = "which rows are left depends on their order, and none is given"
            yield Fault(line_of(picks), "order-open", message, "give an ORDER BY by unique columns")


def ordered_rows(parsed: exp.Expr) -> Iterator[Fault]:
    """ORDER BY, LIMIT or OFFSET of a metric's own rows: a metric returns all that count, in no order."""
    for part in ("order", "limit", "offset"):
        node = parsed.args.get(part)
        if node is not None:
            name = {"order": "ORDER BY"}.get(part, part.upper())
            message = f"{name} has no place in a metric: all rows that count are returned"
            yield Fault(line_of(node), "ordered-rows", message, "leave it out; listings have an order of their own")


def reads_results(reading: Reading, metric_ids: Collection[str]) -> Iterator[Fault]:
    """Other metrics, or what they published, read as if they were tables."""
    for name in sorted(reading.tables):
        if name in metric_ids or name in RESULTS:
            message = f"{name} is the result of a metric, not a table"
            yield Fault(1, "reads-metric", message, "read the tables or views beneath it; share a derived view")


def names_read(parsed: exp.Expr) -> set[str]:
    """Names in FROM, whatever they mean."""
    return {t.name.lower() for t in parsed.find_all(exp.Table)}


def parsed_or_none(sql: str) -> exp.Expr | None:
    """The text's one statement, or None where it is not one; that is told by the typing."""
    try:
        statements = statements_of(sql)
    except SqlglotError:
        return None
    return statements[0] if len(statements) == 1 else None
