"""New rows beside those of the deliveries before, by source: blanks of each column, and shares of each code.

Belongs here: what stands in the rows. Not here: how many there are (``earlier_files``).
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import polars as pl

from reportmetrics.profile.intake import intake
from reportmetrics.profile.load import Profile
from reportmetrics.warehouse.aside import WENT_BLANK
from reportmetrics.warehouse.shape import Table

BEFORE = 8
"""Deliveries of the source that a new one is compared with."""

ENOUGH_NEW, ENOUGH_OLD = 20, 100
"""Below so many new rows or earlier rows nothing is said of shares of blanks and codes."""

BLANK_NEW, BLANK_OLD = 10, 20
"""From so many on, a column that is blank in all new rows, and was in at most one of twenty earlier ones, went blank.

That is safe with so few: of a column with one blank in 20 rows, the true share of blanks is below 22 % (95 % bound), so
that ten blanks in a row come by chance in fewer than one of a million deliveries. Where rows of a delivery are alike,
as when one person fills in all of them, chance says less: a column that may end so is listed under ``may_go_blank``.
"""

BLANK = "(blank)"
"""Stands for a missing code among codes; ``blanks`` tells of those."""

MISSED = 10
"""Rows of a code that were to be expected by its share before, from which on it is told that there is none.

By chance alone that would come in fewer than one of twenty thousand deliveries (a Poisson count of ten).
"""

SCHEMA: dict[str, pl.DataType] = {
    "row_key": pl.String(),
    "table_name": pl.String(),
    "kind": pl.String(),
    "holds": pl.Boolean(),
    "source": pl.String(),
    "column_name": pl.String(),
}
"""``row_key`` is the sentence that names the comparison; it begins with the table.

``source`` and ``column_name`` tell what it is about where it is one column in all new rows of one source, else null."""


def filled_columns(profile: Profile) -> dict[str, dict[str, set[str]]]:
    """Per table and source the columns that its mapping fills from the file, without those that may go blank."""
    filled: dict[str, dict[str, set[str]]] = {}
    for source in intake(profile.sources):
        for entry in source.tables:
            names = {n for n, given in entry.columns.items() if given.candidates} - set(entry.may_go_blank)
            filled.setdefault(entry.table, {}).setdefault(source.source, set()).update(names)
    return filled


def of_rows(
    connection: duckdb.DuckDBPyConnection, table: Table, filled: dict[str, set[str]], since: int
) -> Iterator[pl.DataFrame]:
    """Blanks of each column and shares of each code, new rows beside those of the deliveries before, by source."""
    optional = [c.name for c in table.columns if not c.required]
    counts = ", ".join(f'count("{c}") AS "{c}"' for c in optional)
    codes = [c for c in table.columns if c.codes]
    rows = (
        f"(SELECT c.*, l.source, c.file_seq > {since} AS new FROM core.{table.name} AS c "
        f"JOIN (SELECT file_seq, source FROM before_new WHERE table_name = '{table.name}' UNION ALL "
        f"SELECT file_seq, source FROM ledger WHERE table_name = '{table.name}' AND file_seq > {since}) AS l "
        "USING (file_seq))"
    )
    if optional:
        counted = connection.sql(f"SELECT source, new, count(*) AS n, {counts} FROM {rows} GROUP BY ALL").pl()
        yield _blanks(table.name, counted, filled)
    for column in codes:
        shares = connection.sql(
            f"SELECT source, new, coalesce(\"{column.name}\", '{BLANK}') AS code, count(*) AS n "
            f"FROM {rows} GROUP BY ALL"
        ).pl()
        yield _drift(table.name, column.name, shares)


def _blanks(table: str, counted: pl.DataFrame, filled: dict[str, set[str]]) -> pl.DataFrame:
    found: list[tuple[str, str, str, bool, str, str]] = []
    by_place = {(r["source"], r["new"]): r for r in counted.iter_rows(named=True)}
    for source in sorted({str(s) for s in counted["source"]}):
        new, old = by_place.get((source, True)), by_place.get((source, False))
        if new is None or old is None or new["n"] < BLANK_NEW or old["n"] < BLANK_OLD:
            continue
        enough = new["n"] >= ENOUGH_NEW and old["n"] >= ENOUGH_OLD
        for column in sorted(filled.get(source, set()) & set(counted.columns)):
            blank, was = 1 - new[column] / new["n"], 1 - old[column] / old["n"]
            said = f"{table}: {column} of {source} is blank in {blank:.0%} of {new['n']} rows, before in {was:.0%}"
            went_blank = new[column] == 0 and 20 * (old["n"] - old[column]) <= old["n"]
            found.append((said, table, WENT_BLANK, not went_blank, source, column))
            if enough:
                found.append((said, table, "blanks", abs(blank - was) <= 0.3 or went_blank, source, column))
    return pl.DataFrame(found, schema=SCHEMA, orient="row")


def _drift(table: str, column: str, shares: pl.DataFrame) -> pl.DataFrame:
    found: list[tuple[str, str, str, bool, str, str]] = []
    for (source,), part in shares.group_by(["source"], maintain_order=True):
        totals = {new: int(part.filter(pl.col("new") == new)["n"].sum()) for new in (True, False)}
        if totals[True] < ENOUGH_NEW or totals[False] < ENOUGH_OLD:
            continue
        wide = {(r["code"], r["new"]): r["n"] for r in part.iter_rows(named=True)}
        for code in sorted({str(c) for c in part["code"]}):
            now, was = (wide.get((code, new), 0) / totals[new] for new in (True, False))
            said = f"{table}: {column} of {source} is {code} in {now:.0%} of {totals[True]} rows, before in {was:.0%}"
            vanished = code != BLANK and now == 0 and was * totals[True] >= MISSED
            found.append((said, table, "drift", abs(now - was) <= 0.3 and not vanished, str(source), column))
    return pl.DataFrame(found, schema=SCHEMA, orient="row")
