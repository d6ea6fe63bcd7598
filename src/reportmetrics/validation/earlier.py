"""A batch beside the eight deliveries (or periods) before it: volume, gaps, blanks, and the shares of codes.

And beside all before it: reports that were of something else, or that another person had sent.

What is usual is read off the source's own past, so that no limit has to be kept up by hand. A source that is new, or
has sent little so far, is not judged.

Belongs here: one frame of comparisons, made from the warehouse by one statement per table and kind. Not here: the
expectations on it (``suites.COMPARED``), running them (``batch``).
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import polars as pl

from reportmetrics.profile.intake import intake
from reportmetrics.profile.load import Profile
from reportmetrics.profile.sources import Source
from reportmetrics.warehouse.aside import WENT_BLANK, BlankColumn
from reportmetrics.warehouse.shape import Table
from reportmetrics.warehouse.store import Store
from reportmetrics.warehouse.tables import SOURCE_TABLES

BEFORE = 8
"""Deliveries of the source that a new one is compared with."""

ENOUGH_DELIVERIES = 4
"""Below so many earlier deliveries nothing is said of the volume."""

ENOUGH_NEW, ENOUGH_OLD = 20, 100
"""Below so many new rows or earlier rows nothing is said of shares of blanks and codes."""

BLANK_NEW, BLANK_OLD = 10, 20
"""From so many on, a column that is blank in all new rows, and was in at most one of twenty earlier ones, went blank.

That is safe with so few: of a column with one blank in 20 rows, the true share of blanks is below 22 % (95 % bound), so
that ten blanks in a row come by chance in fewer than one of a million deliveries. Where rows of a delivery are alike,
as when one person fills in all of them, chance says less: a column that may end so is listed under ``may_go_blank``.
"""

BACK = 4 * (BEFORE + 1)
"""Periods of a source that are looked through for ``BEFORE`` with files; before them it was silent for too long."""

BLANK = "(blank)"
"""Stands for a missing code among codes; ``blanks`` tells of those."""

FEW = 3
"""Spread of a count that chance alone gives, in square roots of it: none is told where ten rows are usual."""

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


def comparisons(store: Store, profile: Profile) -> pl.DataFrame:
    """One row per comparison of what no batch that passed has held yet: columns of ``SCHEMA``.

    That is what came after the validated position; but a warehouse that was made anew is validated anew as a whole, and
    what it held when it passed is still the past that a new delivery is compared with.
    """
    connection, since = store.connection, store.passed_position()
    connection.register("promised", _promised(intake(profile.sources)))
    parts = [
        _volume(connection, since),
        _volume_of_period(connection, since),
        _gaps(connection, since),
        _same_report(connection, since),
        _two_reporters(connection, since),
    ]
    connection.unregister("promised")
    asked = _filled_columns(profile)
    counted = dict(
        connection.execute(
            "SELECT table_name, sum(accepted) FROM ledger WHERE file_seq > $since GROUP BY table_name", {"since": since}
        ).fetchall()
    )
    before = _before(connection, since)
    connection.register("before_new", before)
    for table in SOURCE_TABLES:
        if counted.get(table.name, 0) >= min(ENOUGH_NEW, BLANK_NEW) and before.filter(table_name=table.name).height:
            parts += _of_rows(connection, table, asked.get(table.name, {}), since)
    connection.unregister("before_new")
    return pl.concat([_whole(p).select(*SCHEMA).cast(pl.Schema(SCHEMA)) for p in parts])


def _whole(part: pl.DataFrame) -> pl.DataFrame:
    return part.with_columns(pl.lit(None).alias(name) for name in SCHEMA if name not in part.columns)


def blank_columns(compared: pl.DataFrame) -> list[BlankColumn]:
    """Of ``comparisons``, the columns that went blank."""
    found = compared.filter(pl.col("kind") == WENT_BLANK, ~pl.col("holds"))
    return [BlankColumn(*row) for row in found.select("table_name", "source", "column_name").iter_rows()]


_VOLUME = """
WITH lines AS (
    SELECT
        *, row_number() OVER (PARTITION BY source, table_name ORDER BY known_from, file_seq) AS place
    FROM ledger WHERE status = 'stored'
),
pairs AS (
    SELECT n.file_seq, n.source, n.table_name, n.original_name, n.rows_read, o.rows_read AS earlier
    FROM lines AS n JOIN lines AS o
        ON o.source = n.source AND o.table_name = n.table_name AND o.place BETWEEN n.place - $before AND n.place - 1
    WHERE n.file_seq > $since
),
middles AS (SELECT *, median(earlier) OVER (PARTITION BY file_seq, table_name) AS middle FROM pairs),
spreads AS (
    SELECT
        file_seq, source, table_name, original_name, rows_read, middle,
        greatest(4 * 1.4826 * median(abs(earlier - middle)), 0.5 * max(middle)) AS spread,
        count(*) AS deliveries
    FROM middles GROUP BY ALL
),
usual AS (
    SELECT *, greatest(spread, least(20, $few * sqrt(middle))) AS below, greatest(spread, 20) AS above FROM spreads
)
SELECT
    table_name || ': ' || original_name || ' holds ' || rows_read || ' rows, usual are '
        || greatest(0, ceil(middle - below))::BIGINT || ' to ' || floor(middle + above)::BIGINT AS row_key,
    table_name, 'volume' AS kind, rows_read BETWEEN middle - below AND middle + above AS holds
FROM usual WHERE deliveries >= $enough
"""


def _volume(connection: duckdb.DuckDBPyConnection, since: int) -> pl.DataFrame:
    """Rows against the median of the deliveries before: within 4 robust deviations, half the median, or twenty rows.

    Fewer rows may be missing than twenty where few are usual (``FEW``).
    """
    given = {"before": BEFORE, "since": since, "enough": ENOUGH_DELIVERIES, "few": FEW}
    found: pl.DataFrame = connection.sql(_VOLUME, params=given).pl()
    return found


_VOLUME_OF_PERIOD = """
WITH new AS (
    SELECT source, table_name, every_days, CAST(min(known_from) AS DATE) AS first_day
    FROM ledger JOIN promised USING (source) WHERE status = 'stored' AND file_seq > $since GROUP BY ALL
),
periods AS (
    SELECT
        source, table_name, every_days, (CAST(known_from AS DATE) - DATE '1970-01-05') // every_days AS period,
        sum(rows_read) AS n, count(*) AS files, min(file_seq) AS first_seq
    FROM ledger JOIN new USING (source, table_name)
    WHERE status = 'stored' AND known_from >= first_day - CAST($back * every_days AS INTEGER)
    GROUP BY ALL
),
lines AS (
    SELECT *, row_number() OVER told AS place, lead(first_seq) OVER told AS next_seq
    FROM periods WINDOW told AS (PARTITION BY source, table_name ORDER BY period)
),
pairs AS (
    SELECT n.*, o.n AS earlier, o.files AS earlier_files
    FROM lines AS n JOIN lines AS o
        ON o.source = n.source AND o.table_name = n.table_name AND o.place BETWEEN n.place - $before AND n.place - 1
    WHERE n.next_seq > $since
),
middles AS (SELECT *, median(earlier) OVER (PARTITION BY source, table_name, period) AS middle FROM pairs),
usual AS (
    SELECT
        source, table_name, every_days, period, n, files, middle,
        greatest(4 * 1.4826 * median(abs(earlier - middle)), 0.5 * max(middle), 20) AS slack
    FROM middles GROUP BY ALL HAVING count(*) >= $enough AND median(earlier_files) > 1
)
SELECT
    table_name || ': ' || source || ' sent ' || n || ' rows in ' || files || ' files in the ' || every_days
        || ' days from ' || CAST(DATE '1970-01-05' + CAST(period * every_days AS INTEGER) AS DATE)
        || ', usual are at least ' || greatest(0, round(middle - slack))::BIGINT AS row_key,
    table_name, 'volume_of_period' AS kind, middle - n <= slack AS holds
FROM usual
"""


def _volume_of_period(connection: duckdb.DuckDBPyConnection, since: int) -> pl.DataFrame:
    """Rows of all files of a period that is over, where a period has several, against the periods before.

    One is over when a file of a later one comes. Too many are not told: files come a day early or late. Of the ledger
    only sources with something new are looked at, and ``BACK`` periods of them: what it costs does not grow with it.
    """
    given = {"before": BEFORE, "since": since, "enough": ENOUGH_DELIVERIES, "back": BACK}
    found: pl.DataFrame = connection.sql(_VOLUME_OF_PERIOD, params=given).pl()
    return found


def _promised(sources: list[Source]) -> pl.DataFrame:
    every = {"source": [s.source for s in sources], "every_days": [s.every_days for s in sources]}
    return pl.DataFrame(every, schema={"source": pl.String(), "every_days": pl.Int64()})


def _gaps(connection: duckdb.DuckDBPyConnection, since: int) -> pl.DataFrame:
    """Days between a new delivery and the one before it, against twice the interval that its source promises."""
    found: pl.DataFrame = connection.sql(
        """
        WITH days AS (
            SELECT source, table_name, CAST(known_from AS DATE) AS day, max(file_seq) AS file_seq
            FROM ledger WHERE status = 'stored' GROUP BY ALL
        ),
        steps AS (
            SELECT *, day - lag(day) OVER (PARTITION BY source, table_name ORDER BY day) AS gap FROM days
        )
        SELECT
            table_name || ': nothing came from ' || source || ' in the ' || gap || ' days before ' || day
                || ', promised every ' || every_days AS row_key,
            table_name, 'gap' AS kind, gap <= 2 * every_days AS holds
        FROM steps JOIN promised USING (source)
        WHERE file_seq > $since AND gap IS NOT NULL
        """,
        params={"since": since},
    ).pl()
    return found


_SAME_REPORT = """
WITH said AS (
    SELECT *, concat_ws(', ', unit_id, template_id, period_start) AS is_of
    FROM core.report
    WHERE row_key IN (SELECT row_key FROM core.report WHERE file_seq > $since)
),
steps AS (
    SELECT
        report_id, revision, is_of, lag(is_of) OVER told AS was_of, greatest(file_seq, lag(file_seq) OVER told) AS seq
    FROM said
    WINDOW told AS (PARTITION BY row_key ORDER BY known_from, file_seq)
)
SELECT
    'report: ' || report_id || ' (revision ' || revision || ') was of ' || was_of || ' and is now of ' || is_of
        AS row_key,
    'report' AS table_name, 'same_report' AS kind, FALSE AS holds
FROM steps WHERE seq > $since AND was_of != is_of ORDER BY ALL
"""


def _same_report(connection: duckdb.DuckDBPyConnection, since: int) -> pl.DataFrame:
    """Reports that replace one of another unit, form or period: two reports with one identifier, or a correction."""
    found: pl.DataFrame = connection.sql(_SAME_REPORT, params={"since": since}).pl()
    return found


def _two_reporters(connection: duckdb.DuckDBPyConnection, since: int) -> pl.DataFrame:
    """New reports that another person had sent in the same revision: of the two only the one known last counts."""
    found: pl.DataFrame = connection.sql(
        """
        SELECT
            'report: ' || n.report_id || ', revision ' || n.revision || ', of ' || n.unit_id || ' came in '
                || new_file.original_name || ' and from another person in ' || old_file.original_name AS row_key,
            'report' AS table_name, 'two_reporters' AS kind, false AS holds
        FROM core.report AS n
        JOIN core.report AS o ON o.row_key = n.row_key AND o.file_seq < n.file_seq AND o.reporter_id <> n.reporter_id
        JOIN ledger AS new_file ON new_file.file_seq = n.file_seq AND new_file.table_name = 'report'
        JOIN ledger AS old_file ON old_file.file_seq = o.file_seq AND old_file.table_name = 'report'
        WHERE n.file_seq > $since
        GROUP BY ALL ORDER BY ALL
        """,
        params={"since": since},
    ).pl()
    return found


def _before(connection: duckdb.DuckDBPyConnection, since: int) -> pl.DataFrame:
    """The last deliveries of each source and table that were validated before."""
    found: pl.DataFrame = connection.sql(
        "SELECT source, table_name, file_seq FROM ledger WHERE file_seq <= $since AND accepted > 0 "
        "QUALIFY row_number() OVER (PARTITION BY source, table_name ORDER BY file_seq DESC) <= $before",
        params={"since": since, "before": BEFORE},
    ).pl()
    return found


def _filled_columns(profile: Profile) -> dict[str, dict[str, set[str]]]:
    """Per table and source the columns that its mapping fills from the file, without those that may go blank."""
    filled: dict[str, dict[str, set[str]]] = {}
    for source in intake(profile.sources):
        for entry in source.tables:
            names = {n for n, given in entry.columns.items() if given.candidates} - set(entry.may_go_blank)
            filled.setdefault(entry.table, {}).setdefault(source.source, set()).update(names)
    return filled


def _of_rows(
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
