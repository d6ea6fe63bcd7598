"""DDL of the warehouse, made from the declarations in ``tables``.

* ``core``: typed rows of the source tables, append-only, with provenance. What was sent is not stored a second time:
  the archive holds the file, and file and row say where in it;
* ``repeated``: rows that repeated what was known: a late file, or a row that comes back mended, may change what stood
  before them; ``refused_again``: those that repeated a refused row;
* ``latest``: per table, key and event, what was told last. It is an index over ``core`` (and over refused rows), kept
  so that taking a file costs the same however long the history is;
* ``ledger``, ``reject``, ``seen`` (files that need not be opened again), ``state``.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence

from reportmetrics.warehouse.shape import PROVENANCE, SQL_TYPES, Column, Table
from reportmetrics.warehouse.tables import SOURCE_TABLES, TABLES
from reportmetrics.warehouse.told import EVENT_COLUMNS, MOMENT, MOMENT_PLACE, STANDING, TELLS

VERSION = 13
"""Version of these tables and of their keys, which each row has as ``row_key``. A warehouse of another version is made
anew from the archive, never altered in place."""

KEY_HASH = "CAST(hash(row_key) >> 32 AS UINTEGER)"
"""A key in four bytes, by which the few rows of ``latest`` that a batch may be about are found among all. Keys that
share it are told apart by ``row_key``."""

HASH_CHECK = "hash('reportmetrics', NULL, 2022)"
"""Tells whether DuckDB hashes as it did when the warehouse was made: another version of it may do otherwise."""

CONTENT = "content"
"""Column of core beside the declared ones: hash of the row's mapped text, to tell a repeat from a change."""

RESTATED = "restated_by"
"""Column of core beside the declared ones: the late delivery for which a row that was a repeat is stored after all.

Null for a row that was accepted when it came. The ledger counts such a row as the duplicate that it was.
"""


_FACT = {name: EVENT_COLUMNS[name] for name in (MOMENT, MOMENT_PLACE)}

REFUSED_TOLD = {TELLS: "BIGINT", **_FACT, "known_from": "TIMESTAMP", CONTENT: "UBIGINT", **STANDING}
"""Columns of ``reject`` beside the declared ones, and their SQL types: what a refused row would have told, and where.

So it is known which later row tells it, and which repeats it.
"""


ARRIVED = "arrived_at"
"""Column of what is staged for checks, beside those of core: when the file of a row came.

The row itself may be known from a moment of its own.
"""


def core_columns(table: Table) -> tuple[Column, ...]:
    """Provenance first, then the table's own columns."""
    return (*PROVENANCE, *table.columns)


_AS_IT_IS = "USING COMPRESSION uncompressed"
"""For texts of which each stands once or twice: looking for repeats in them costs more than writing them."""


def columns_sql(columns: Sequence[Column], unlike: Container[str] = ()) -> str:
    """Column definitions. Only what the program itself guarantees is NOT NULL. ``unlike`` names keys."""
    return ", ".join(f'"{c.name}" {SQL_TYPES[c.type]}{f" {_AS_IT_IS}" if c.name in unlike else ""}' for c in columns)


def columns_of(types: Mapping[str, str]) -> str:
    """Column definitions of names and SQL types."""
    return ", ".join(f"{name} {kind}" for name, kind in types.items())


def _unlike(table: Table) -> set[str]:
    """Columns of which each row has a value of its own; a part of a key repeats."""
    return {"row_key", *(table.key if len(table.key) == 1 else ())}


def statements() -> Iterator[str]:
    """All statements that make an empty warehouse; each may be run again."""
    for schema in ("core", "latest"):
        yield f"CREATE SCHEMA IF NOT EXISTS {schema}"
    for table in SOURCE_TABLES:
        core = columns_sql(core_columns(table), _unlike(table))
        yield (
            f"CREATE TABLE IF NOT EXISTS core.{table.name} "
            f"({core}, {CONTENT} UBIGINT, {RESTATED} BIGINT, {TELLS} BIGINT, {columns_of(EVENT_COLUMNS)}, "
            f"{columns_of(STANDING)})"
        )
        yield (
            f"CREATE TABLE IF NOT EXISTS latest.{table.name} "
            f"(key_hash UINTEGER, row_key VARCHAR {_AS_IT_IS}, {columns_of(_FACT)}, known_from TIMESTAMP, "
            "accepted UBIGINT, told UBIGINT, told_at TIMESTAMP)"
        )
    yield f"CREATE TABLE IF NOT EXISTS ledger ({columns_sql(TABLES['ledger'].columns)})"
    yield (f"CREATE TABLE IF NOT EXISTS reject ({columns_sql(TABLES['reject'].columns)}, {columns_of(REFUSED_TOLD)})")
    # Which refused row a row of a returned workbook stands for, and what came of it.
    yield (
        "CREATE TABLE IF NOT EXISTS resent "
        "(file_seq BIGINT, table_name VARCHAR, sheet VARCHAR, source_row BIGINT, ref VARCHAR, answer VARCHAR)"
    )
    yield (
        "CREATE TABLE IF NOT EXISTS seen "
        "(identity VARCHAR, source VARCHAR, name VARCHAR, size BIGINT, modified_ns BIGINT, seen_at TIMESTAMP)"
    )
    yield (
        f"CREATE TABLE IF NOT EXISTS repeated (table_name VARCHAR, row_key VARCHAR, {columns_of(_FACT)}, "
        f"known_from TIMESTAMP, file_seq BIGINT, source_row BIGINT, content UBIGINT, {columns_of(STANDING)})"
    )
    # Which rows repeated a refused one as it was: what they say is wrong still.
    yield (
        f"CREATE TABLE IF NOT EXISTS refused_again (table_name VARCHAR, row_key VARCHAR, {columns_of(_FACT)}, "
        "file_seq BIGINT, source_row BIGINT, content UBIGINT)"
    )
    # Which requests each delivery of a complete register listed, changed or not.
    yield "CREATE TABLE IF NOT EXISTS sighted (file_seq BIGINT, row_key VARCHAR)"
    yield (
        "CREATE TABLE IF NOT EXISTS set_aside (set_aside_at TIMESTAMP, source VARCHAR, original_name VARCHAR, "
        "source_file VARCHAR, reasons VARCHAR)"
    )
    yield (
        "CREATE TABLE IF NOT EXISTS check_history (run_at TIMESTAMP, as_of DATE, position BIGINT, table_name VARCHAR, "
        "check_name VARCHAR, severity VARCHAR, success BOOLEAN, failing_count BIGINT, message VARCHAR, "
        "failing_keys VARCHAR[])"
    )
    # The check of the pseudonyms' key is no key: it only tells whether the same one is used again.
    yield (
        "CREATE TABLE IF NOT EXISTS state "
        "(position BIGINT, validated_position BIGINT, version BIGINT, key_check VARCHAR, hash_check UBIGINT)"
    )
    yield f"INSERT INTO state SELECT 0, 0, {VERSION}, NULL, {HASH_CHECK} WHERE NOT EXISTS (FROM state)"
