/*---
id: report_answer
one_row_is: a report that was due by as_of and whether it came, or a tally of such reports
level: process
---*/
-- A joint report answers for each unit that it serves.
WITH answer AS (
    SELECT
        template_id,
        unit_id,
        period_start,
        min(submitted_at) AS came_at,
        min(reporter_id) AS reporter_id
    FROM report
    GROUP BY template_id, unit_id, period_start
)

SELECT
    expected_report.row_key,
    expected_report.template_id,
    expected_report.unit_id,
    answer.reporter_id,
    cast(date_trunc('week', expected_report.period_end) AS DATE) AS week,
    cast(1 AS BIGINT) AS due,
    cast(CASE WHEN answer.came_at IS NOT NULL THEN 1 ELSE 0 END AS BIGINT) AS came,
    cast(CASE WHEN answer.came_at <= expected_report.due_at THEN 1 ELSE 0 END AS BIGINT) AS on_time,
    cast(0 AS BIGINT) AS excess,
    cast(
        date_diff(
            'second',
            expected_report.due_at,
            greatest(expected_report.due_at, coalesce(answer.came_at, as_of.as_of_at))
        ) AS BIGINT
    ) AS late_seconds,
    CASE
        WHEN answer.came_at IS NULL THEN 'overdue'
        WHEN answer.came_at <= expected_report.due_at THEN 'on time'
        ELSE 'late'
    END AS answer_state
FROM expected_report
CROSS JOIN as_of
LEFT JOIN answer
    ON
        expected_report.template_id = answer.template_id
        AND coalesce(expected_report.answered_by, expected_report.unit_id) = answer.unit_id
        AND expected_report.period_start = answer.period_start
WHERE expected_report.due_at < as_of.as_of_at
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
FROM report_tally
