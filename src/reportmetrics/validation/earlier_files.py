"""New files beside those that came before from the same source: how many rows they hold, and how long nothing came.

Belongs here: counts and dates of the ledger. Not here: what stands in the rows (``earlier_rows``).
"""

from __future__ import annotations

import duckdb
import polars as pl

from reportmetrics.validation.earlier_rows import BEFORE

ENOUGH_DELIVERIES = 4
"""Below so many earlier deliveries nothing is said of the volume."""

BACK = 4 * (BEFORE + 1)
"""Periods of a source that are looked through for ``BEFORE`` with files; before them it was silent for too long."""

FEW = 3
"""Spread of a count that chance alone gives, in square roots of it: none is told where ten rows are usual."""


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


def volume(connection: duckdb.DuckDBPyConnection, since: int) -> pl.DataFrame:
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


def volume_of_period(connection: duckdb.DuckDBPyConnection, since: int) -> pl.DataFrame:
    """Rows of all files of a period that is over, where a period has several, against the periods before.

    One is over when a file of a later one comes. Too many are not told: files come a day early or late. Of the ledger
    only sources with something new are looked at, and ``BACK`` periods of them: what it costs does not grow with it.
    """
    given = {"before": BEFORE, "since": since, "enough": ENOUGH_DELIVERIES, "back": BACK}
    found: pl.DataFrame = connection.sql(_VOLUME_OF_PERIOD, params=given).pl()
    return found


def gaps(connection: duckdb.DuckDBPyConnection, since: int) -> pl.DataFrame:
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
