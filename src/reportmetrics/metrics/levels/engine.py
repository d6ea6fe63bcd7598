"""A second opinion on every SQL text, from DuckDB itself.

Belongs here: comparing what the engine's own parser sees with what the analysis saw, and binding the text in an empty
database that holds nothing but what its level may read. Not here: the analysis (``reader``).

The analysis reads SQL through another parser than the engine that runs it. Where the two differ, the engine is right.
So a text must (1) name, in the engine's syntax tree, no table, column or kind of FROM item that the analysis did not
see, and (2) bind where the forbidden tables and columns do not exist.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any

import duckdb

from reportmetrics.metrics.levels.check import AS_OF_COLUMNS, Levels
from reportmetrics.metrics.levels.relation import Fault, Reading, Reference
from reportmetrics.warehouse.shape import PROVENANCE, SQL_TYPES
from reportmetrics.warehouse.tables import TABLES

_FROM_KINDS = frozenset({"BASE_TABLE", "JOIN", "SUBQUERY", "EMPTY", "EXPRESSION_LIST"})
_NODE_KINDS = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "CTE_NODE"})
_OF_THE_MOMENT = frozenset(
    {
        "ago",
        "current_time",
        "current_timestamp",
        "current_localtime",
        "current_localtimestamp",
        "localtime",
        "localtimestamp",
        "current_catalog",
        "current_role",
        "current_user",
        "session_user",
        "user",
        "user_agent",
        "version",
    }
)
"""Names that depend on when, where or by whom a query is run, though DuckDB does not call them so."""
_OF_THE_SYSTEM = ("pg_", "has_", "inet_", "format_type", "get_block_size")
"""What the names of functions begin with that tell of the database, not of the data."""
_CODE = "engine-differs"
_REMEDY = "write the SELECT more plainly"


def _connect() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(":memory:", config={"enable_external_access": "false", "threads": "1"})


@cache
def function_kinds() -> Mapping[str, frozenset[str]]:
    """What DuckDB knows of each of its functions: its kinds (scalar, aggregate, table, macro, ...).

    ``unstable`` is added where the answer can differ from call to call or from run to run.
    """
    with _connect() as connection:
        rows = connection.execute(
            "SELECT lower(function_name), function_type, stability FROM duckdb_functions()"
        ).fetchall()
    kinds: dict[str, set[str]] = {}
    for name, kind, stability in rows:
        known = kinds.setdefault(name, set())
        known.add(kind)
        if stability in ("VOLATILE", "CONSISTENT_WITHIN_QUERY"):
            known.add("unstable")
    return {name: frozenset(known) for name, known in kinds.items()}


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """All objects of a syntax tree, parents first."""
    stack = [tree]
    while stack:
        at = stack.pop()
        if isinstance(at, dict):
            yield at
            stack.extend(reversed(list(at.values())))
        elif isinstance(at, list):
            stack.extend(reversed(at))


def is_unstable(name: str) -> bool:
    """Whether a function may answer differently for the same rows."""
    return "unstable" in function_kinds().get(name, ()) or name in _OF_THE_MOMENT or name.startswith(_OF_THE_SYSTEM)


def unstable_calls(tree: Any) -> Iterator[tuple[str, Any]]:
    """Functions in a text that may answer differently for the same rows, each with its offset.

    The engine's parser takes ``current_date`` and its like for columns; ``age`` of one instant counts from now.
    """
    for node in nodes(tree):
        name = str(node.get("function_name") or "").lower()
        if node.get("type") == "COLUMN_REF" and len(node["column_names"]) == 1:
            name = str(node["column_names"][0]).lower()
        if is_unstable(name) or (name == "age" and len(node.get("children") or node.get("arguments") or []) == 1):
            yield name, node.get("query_location")


class EmptyDatabase:
    """An in-memory database without rows, files or network, in which texts are parsed and bound. Close it after use."""

    def __init__(self, levels: Levels) -> None:
        self._levels = levels
        self._connection = _connect()
        self._types = {name: _declared_types(name) for name in levels.shapes}

    def __enter__(self) -> EmptyDatabase:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def syntax_tree(self, sql: str) -> Any:
        """The engine's syntax tree of a SELECT, as it serializes it; has ``error`` set where it is none."""
        row = self._connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchone()
        return json.loads(row[0]) if row else {"error": True}

    def differences(self, sql: str, reading: Reading) -> list[Fault]:
        """What the engine's parser sees in a text that the analysis did not."""
        tree = self.syntax_tree(sql)
        if tree.get("error"):
            return [Fault(1, _CODE, f"DuckDB cannot read it: {tree.get('error_message')}", _REMEDY)]
        faults = []
        with_names = {str(m["key"]).lower() for n in nodes(tree) for m in (n.get("cte_map") or {}).get("map", [])}
        for node in nodes(tree):
            seen = _unseen(node, reading, with_names)
            if seen:
                message = f"DuckDB sees {seen} here, which the checker did not"
                faults.append(Fault(line_at(sql, node.get("query_location")), _CODE, message, _REMEDY))
        return faults

    def bind_problem(self, sql: str, allowed: Collection[str], names: Collection[str]) -> str:
        """Why a text does not bind where only allowed levels exist; empty when it does.

        ``names`` are the tables and views that it names: of these, the columns that the levels allow are created, and
        nothing else.
        """
        run = self._connection.execute
        run("CREATE SCHEMA only_allowed")
        try:
            for name in sorted(names):
                columns = self._allowed_columns(name, allowed)
                if columns:
                    run(f'CREATE TABLE only_allowed."{name}" ({", ".join(columns)})')
            run("USE only_allowed")
            run(f"EXPLAIN {sql}")
        except duckdb.Error as error:
            return str(error).split("\n", 1)[0]
        finally:
            run("USE main")
            run("DROP SCHEMA only_allowed CASCADE")
        return ""

    def learn_view(self, name: str, sql: str) -> None:
        """Find the column types of a derived view, after those that it reads. A view that does not bind has none."""
        run = self._connection.execute
        run("CREATE SCHEMA whole")
        try:
            for known in self._levels.views[name].tables:
                columns = ", ".join(f'"{c}" {t}' for c, t in self._types.get(known, {}).items())
                if columns:
                    run(f'CREATE TABLE whole."{known}" ({columns})')
            run("USE whole")
            self._types[name] = {str(r[0]): str(r[1]) for r in run(f"DESCRIBE {sql}").fetchall()}
        except duckdb.Error:
            self._types[name] = {}
        finally:
            run("USE main")
            run("DROP SCHEMA whole CASCADE")

    def _allowed_columns(self, name: str, allowed: Collection[str]) -> list[str]:
        """Columns that exist for a reader of these levels; none where the rows themselves are of another level."""
        levels = self._levels
        if name not in levels.shapes or set(levels.of(Reference(name))) - set(allowed):
            return []
        types = self._types[name]
        return [
            f'"{c}" {types[c]}'
            for c in levels.shapes[name].columns
            if c in types and not set(levels.of(Reference(name, c))) - set(allowed)
        ]


def _declared_types(name: str) -> dict[str, str]:
    if name == "as_of":
        return dict(zip(AS_OF_COLUMNS, ("DATE", "TIMESTAMP", "VARCHAR"), strict=True))
    table = TABLES.get(name)
    columns = (*PROVENANCE, *table.columns) if table is not None else ()
    return {c.name: SQL_TYPES[c.type] for c in columns}


def line_at(sql: str, offset: Any) -> int:
    """The line (1 = first) of an offset in a text; the engine gives a huge one where it knows none."""
    at = int(offset or 0)
    return sql.count("\n", 0, at) + 1 if at <= len(sql) else 1


def _unseen(node: dict[str, Any], reading: Reading, with_names: set[str]) -> str:
    kind = node.get("type")
    if "column_name_alias" in node or kind in ("JOIN", "EMPTY", "SHOW_REF", "PIVOT", "DELIM_GET"):
        if kind == "TABLE_FUNCTION" and (node.get("function") or {}).get("function_name") == "unnest":
            return ""
        if kind not in _FROM_KINDS:
            return f"a {kind} in FROM"
    if kind == "BASE_TABLE" and str(node["table_name"]).lower() not in reading.tables | with_names:
        return f"the table {node['table_name']}"
    if kind == "COLUMN_REF":
        names = [str(n).lower() for n in node["column_names"]]
        known = reading.column_names
        if names[-1] not in known and names[0] not in known and not is_unstable(names[0]):
            return f"the column {'.'.join(names)}"
    return ""
