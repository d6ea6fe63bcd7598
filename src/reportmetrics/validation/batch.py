"""One table's staged batch through Great Expectations, by SQL on an in-memory DuckDB connection.

Belongs here: everything that knows Great Expectations. Not here: which expectations there are (``suites``).

The library is imported inside functions: it takes seconds, and a run without new rows never needs it. Its context is
ephemeral, so that it writes no file; its telemetry is off before it is imported.
"""

from __future__ import annotations

import importlib
import os
import sys
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from reportmetrics.validation.suites import Expected

ALL_KEYS = 2**31 - 1
"""Great Expectations cuts its lists of failing rows at twenty unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one expectation. ``error`` is set when it could not be evaluated at all."""

    name: str
    success: bool
    failing_keys: list[str] = field(default_factory=list)
    observed: str = ""
    error: str | None = None


def preload() -> None:
    """Import Great Expectations, quietly, without Spark, and without what it needs for drawing and for rare tests."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    if "great_expectations" in sys.modules:
        return
    with _without_the_heavy():
        importlib.import_module("great_expectations")
        importlib.import_module("great_expectations.expectations")


class _Later(types.ModuleType):
    """Stands for a module that is imported when something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def _without_the_heavy() -> Iterator[None]:
    """Great Expectations imports pyspark where it finds it, which is slow and may look for a Spark installation.

    Charts (altair) and distribution tests (scipy.stats) are a third of its import, and nothing here uses them.
    """
    stand_ins = {"pyspark": None, "altair": _Later("altair"), "scipy.stats": _Later("scipy.stats")}
    placed = {name: module for name, module in stand_ins.items() if name not in sys.modules}
    sys.modules.update(placed)  # type: ignore[arg-type] # None is documented: it makes an import fail
    try:
        yield
    finally:
        for name in placed:
            del sys.modules[name]


class Checker:
    """Runs expectations on Parquet files; one in-memory connection for all tables of a run, closed on leaving."""

    def __init__(self) -> None:
        preload()
        import great_expectations as gx
        from great_expectations.data_context.types.base import ProgressBarsConfig

        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        self._source = context.data_sources.add_sql(
            "staged",
            connection_string="duckdb:///:memory:",
            # DuckDB knows no isolation levels; without these two the connection test fails.
            kwargs={"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._source.get_engine().dispose()

    def check(
        self, table: str, parquet: Path, expected: list[Expected], ids: Mapping[str, frozenset[str]]
    ) -> list[Outcome]:
        """Outcome of each of ``expected`` on the rows of ``parquet``, in the same order.

        First only whether each holds, which is one query; then, of those that do not, every failing row.
        """
        import great_expectations as gx

        asset = self._source.add_query_asset(table, query=_query(parquet, expected))
        batch = asset.add_batch_definition_whole_table("new").get_batch()
        suite = gx.ExpectationSuite(table, expectations=[_expectation(e, ids) for e in expected])
        first = batch.validate(suite, result_format={"result_format": "BOOLEAN_ONLY"})
        holds = {r.expectation_config.meta["check"] for r in first.results if r.success}
        failed = [_expectation(e, ids) for e in expected if e.name not in holds]
        outcomes = {name: Outcome(name, success=True) for name in holds}
        if failed:
            again = gx.ExpectationSuite(f"{table} failed", expectations=failed)
            for result in batch.validate(again, result_format=_EVERY_ROW).results:
                outcome = _outcome(result)
                outcomes[outcome.name] = outcome
            for each in expected:
                if each.kind == "holds" and outcomes[each.name].failing_keys:
                    outcomes[each.name] = replace(outcomes[each.name], observed=_rows(parquet, each))
        return [outcomes[e.name] for e in expected]


_SHOWN = 3

_EVERY_ROW = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": ["row_key"],
    "partial_unexpected_count": ALL_KEYS,
}


def _query(parquet: Path, expected: list[Expected]) -> str:
    """The batch, with a boolean column for each rule and for uniqueness.

    Great Expectations lists at most 200 rows of an unexpected-rows query, and no keys of rows that are not unique when
    the key is what must be; a column has neither limit.
    """
    holds = [f"NOT coalesce({e.violated}, FALSE) AS {e.name}" for e in expected if e.kind == "holds"]
    holds += [f"count(*) OVER (PARTITION BY {', '.join(e.columns)}) = 1 AS {e.name}" for e in _unique(expected)]
    path = str(parquet).replace("'", "''")
    rows = f"read_parquet('{path}')"
    holds += [f"{_as_declared(rows, e.types)} AS {e.name}" for e in expected if e.kind == "typed"]
    return f"SELECT {', '.join(['*', *holds])} FROM {rows}"


def _as_declared(rows: str, types: Mapping[str, str]) -> bool:
    """Whether each declared column that is there has its type; one that is missing fails the checks that read it."""
    import duckdb

    with duckdb.connect() as connection:
        found = {str(n): str(t) for n, t, *_ in connection.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()}
    return all(found.get(name, kind) == kind for name, kind in types.items())


def _unique(expected: list[Expected]) -> list[Expected]:
    return [e for e in expected if e.kind == "unique"]


def _expectation(expected: Expected, ids: Mapping[str, frozenset[str]]) -> Any:
    import great_expectations.expectations as gxe

    meta = {"check": expected.name}
    column = expected.columns[0]
    match expected.kind:
        case "present":
            return gxe.ExpectColumnValuesToNotBeNull(column=column, meta=meta)
        case "known":
            return gxe.ExpectColumnValuesToBeInSet(column=column, value_set=list(expected.codes), meta=meta)
        case "reference":
            known = sorted(ids[expected.refers or ""])
            return gxe.ExpectColumnValuesToBeInSet(column=column, value_set=known, meta=meta)
        case "range":
            return gxe.ExpectColumnValuesToBeBetween(
                column=column, min_value=expected.minimum, max_value=expected.maximum, meta=meta
            )
        case "holds" | "unique" | "typed":
            return gxe.ExpectColumnValuesToBeInSet(column=expected.name, value_set=[True], meta=meta)


def _outcome(result: Any) -> Outcome:
    name = result.expectation_config.meta["check"]
    error = _error(result.exception_info)
    if error is not None:
        return Outcome(name, success=False, error=error)
    rows = result.result.get("unexpected_index_list") or []
    keys = sorted(str(row["row_key"]) for row in rows)
    return Outcome(name, bool(result.success), keys, _observed(result))


def _observed(result: Any) -> str:
    """The distinct offending values, a few of them."""
    values = result.result.get("partial_unexpected_list") or []
    distinct = list(dict.fromkeys(str(v) for v in values if not isinstance(v, dict | bool) and v is not None))
    return ", ".join(distinct[:5]) + (", ..." if len(distinct) > 5 else "")


def _rows(parquet: Path, expected: Expected) -> str:
    """The first failing rows in words: what the expectation reads of them, and where they stand.

    Nothing of comparisons, whose keys are sentences.
    """
    import duckdb

    with duckdb.connect() as connection:
        rows = connection.sql(_query(parquet, [expected]))
        if "source_row" not in rows.columns:
            return ""
        failing = rows.filter(f"NOT {expected.name}").order("row_key, file_seq, source_row").limit(_SHOWN + 1).pl()
    said = []
    for row in failing.head(_SHOWN).iter_rows(named=True):
        cells = ", ".join(f"{c} {row[c]}" for c in expected.columns if row[c] is not None)
        said.append(f"{cells} in row {row['source_row']} of {str(row['source_file'])[:12]}")
    return "; ".join(said) + ("; ..." if failing.height > _SHOWN else "")


def _error(info: Any) -> str | None:
    """First message of an expectation that could not be evaluated, from either of the two shapes it comes in."""
    entries = [info] if "raised_exception" in info else list(info.values())
    for entry in entries:
        if entry.get("raised_exception"):
            return str(entry.get("exception_message"))
    return None
