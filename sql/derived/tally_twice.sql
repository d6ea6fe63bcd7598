/*---
id: tally_twice
one_row_is: a tally of days that something else tells of too, and what would be counted twice with it
level: process
---*/
-- Of tallies that share days the one told last holds; of two told at once neither is the later one, so neither does.
-- What was due is told twice where single reports are due in these days. What came is told twice only where some came:
-- of single reports that were due and did not come nothing else is known, and the tally alone tells of their hours. For
-- the same reason a later tally that leaves open how many came takes nothing from the hours of an earlier one.
-- A joint report is of each unit that it serves.
WITH single AS (
    SELECT
        report_latest.row_key,
        report_latest.template_id,
        report_latest.unit_id,
        report.period_start,
        report.period_end
    FROM report_latest
    INNER JOIN report ON report_latest.row_key = report.row_key
),

told AS (
    SELECT
        row_key,
        template_id,
        unit_id,
        period_start,
        period_end,
        known_from,
        file_seq,
        TRUE AS is_tally,
        TRUE AS due,
        received IS NOT NULL AS came
    FROM report_tally
    UNION ALL
    SELECT
        expected_report.row_key,
        expected_report.template_id,
        expected_report.unit_id,
        expected_report.period_start,
        expected_report.period_end,
        cast(NULL AS TIMESTAMP) AS known_from,
        cast(NULL AS BIGINT) AS file_seq,
        FALSE AS is_tally,
        TRUE AS due,
        single.row_key IS NOT NULL AS came
    FROM expected_report
    LEFT JOIN single
        ON
            expected_report.template_id = single.template_id
            AND expected_report.answered_by = single.unit_id
            AND expected_report.period_start = single.period_start
    UNION ALL
    SELECT
        row_key,
        template_id,
        unit_id,
        period_start,
        period_end,
        cast(NULL AS TIMESTAMP) AS known_from,
        cast(NULL AS BIGINT) AS file_seq,
        FALSE AS is_tally,
        FALSE AS due,
        TRUE AS came
    FROM single
),

-- Days are shared only within an unbroken stretch of them, so that not every tally has to meet every other of its unit.
reached AS (
    SELECT
        row_key,
        template_id,
        unit_id,
        period_start,
        period_end,
        known_from,
        file_seq,
        is_tally,
        due,
        came,
        max(period_end) OVER (
            PARTITION BY template_id, unit_id
            ORDER BY period_start, row_key
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS before_until
    FROM told
),

placed AS (
    SELECT
        row_key,
        template_id,
        unit_id,
        period_start,
        period_end,
        known_from,
        file_seq,
        is_tally,
        due,
        came,
        sum(CASE WHEN period_start <= before_until THEN 0 ELSE 1 END) OVER (
            PARTITION BY template_id, unit_id
            ORDER BY period_start, row_key
        ) AS stretch
    FROM reached
)

SELECT
    tally.row_key,
    count(CASE WHEN other.due THEN other.row_key END) > 0 AS due_twice,
    count(CASE WHEN other.came THEN other.row_key END) > 0 AS came_twice
FROM placed AS tally
INNER JOIN placed AS other
    ON
        tally.template_id = other.template_id
        AND tally.unit_id = other.unit_id
        AND tally.stretch = other.stretch
        AND tally.period_start <= other.period_end
        AND tally.period_end >= other.period_start
WHERE
    tally.is_tally
    AND (
        NOT other.is_tally
        OR (
            tally.row_key != other.row_key
            AND (
                tally.known_from < other.known_from
                OR (tally.known_from = other.known_from AND tally.file_seq <= other.file_seq)
            )
        )
    )
GROUP BY tally.row_key
