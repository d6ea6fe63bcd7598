/*---
id: report_answer
one_row_is: a report that was due by as_of and whether it came, or a tally of such reports
level: process
---*/
-- A tally of reports that were due in other rows too stays, without what came, so that it is missing (tally_twice).
-- A joint report answers for each unit that it serves; a report of the unit's own answers too, and the earlier counts.
WITH answer AS (
    SELECT
        template_id,
        unit_id,
        period_start,
        min(submitted_at) AS came_at,
        min(reporter_id) AS reporter_id
    FROM report
    GROUP BY template_id, unit_id, period_start
),

answered AS (
    SELECT
        expected_report.row_key,
        expected_report.template_id,
        expected_report.unit_id,
        expected_report.period_end,
        expected_report.due_at,
        CASE WHEN joint.came_at < own.came_at OR own.came_at IS NULL THEN joint.came_at ELSE own.came_at END AS came_at,
        CASE
            WHEN joint.came_at < own.came_at OR own.came_at IS NULL THEN joint.reporter_id ELSE own.reporter_id
        END AS reporter_id
    FROM expected_report
    LEFT JOIN answer AS own
        ON
            expected_report.template_id = own.template_id
            AND expected_report.unit_id = own.unit_id
            AND expected_report.period_start = own.period_start
    LEFT JOIN answer AS joint
        ON
            expected_report.template_id = joint.template_id
            AND expected_report.answered_by = joint.unit_id
            AND expected_report.period_start = joint.period_start
),

tally AS (
    SELECT
        report_tally.row_key,
        report_tally.template_id,
        report_tally.unit_id,
        report_tally.period_end,
        report_tally.expected,
        CASE WHEN NOT coalesce(tally_twice.due_twice, FALSE) THEN report_tally.received END AS received,
        CASE WHEN NOT coalesce(tally_twice.on_time_twice, FALSE) THEN report_tally.on_time END AS on_time
    FROM report_tally
    LEFT JOIN tally_twice ON report_tally.row_key = tally_twice.row_key
)

SELECT
    answered.row_key,
    answered.template_id,
    answered.unit_id,
    answered.reporter_id,
    cast(date_trunc('week', answered.period_end) AS DATE) AS week,
    cast(1 AS BIGINT) AS due,
    cast(CASE WHEN answered.came_at IS NOT NULL THEN 1 ELSE 0 END AS BIGINT) AS came,
    cast(CASE WHEN answered.came_at <= answered.due_at THEN 1 ELSE 0 END AS BIGINT) AS on_time,
    cast(0 AS BIGINT) AS excess,
    cast(
        date_diff(
            'second',
            answered.due_at,
            greatest(answered.due_at, coalesce(answered.came_at, as_of.as_of_at))
        ) AS BIGINT
    ) AS late_seconds,
    CASE
        WHEN answered.came_at IS NULL THEN 'overdue'
        WHEN answered.came_at <= answered.due_at THEN 'on time'
        ELSE 'late'
    END AS answer_state
FROM answered
CROSS JOIN as_of
WHERE answered.due_at < as_of.as_of_at
UNION ALL
SELECT
    row_key,
    template_id,
    unit_id,
    cast(NULL AS VARCHAR) AS reporter_id,
    cast(date_trunc('week', period_end) AS DATE) AS week,
    expected AS due,
    CASE WHEN received IS NOT NULL THEN least(received, expected) END AS came,
    CASE WHEN on_time IS NOT NULL THEN least(on_time, expected) END AS on_time,
    CASE WHEN received > expected THEN received - expected ELSE 0 END AS excess,
    cast(NULL AS BIGINT) AS late_seconds,
    cast(NULL AS VARCHAR) AS answer_state
FROM tally
