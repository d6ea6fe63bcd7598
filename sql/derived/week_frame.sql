/*---
id: week_frame
one_row_is: an objective in an ISO week, and whether anything that tells of activity was reported for that week
level: process
---*/
-- A week without activity is a true zero only where a report that could have told of some has come.
-- Weeks run from the first period that was to be reported; a mission that is owed no reports has no frame.
WITH first_period AS (
    SELECT min(period_start) AS first_day
    FROM expected_report
),

week AS (
    SELECT DISTINCT cast(date_trunc('week', calendar_day.day) AS DATE) AS week
    FROM calendar_day
    CROSS JOIN as_of
    CROSS JOIN first_period
    WHERE calendar_day.day < as_of.as_of AND calendar_day.day >= first_period.first_day
),

telling_template AS (
    SELECT DISTINCT report.template_id
    FROM activity
    INNER JOIN report ON activity.report_id = report.report_id
),

told AS (
    SELECT week.week
    FROM week
    INNER JOIN report
        ON
            report.period_start < week.week + INTERVAL 7 DAY
            AND week.week <= report.period_end
    INNER JOIN telling_template ON report.template_id = telling_template.template_id
    UNION
    SELECT cast(date_trunc('week', coalesce(occurred_on, planned_on)) AS DATE) AS week
    FROM activity
)

SELECT
    objective.row_key,
    objective.objective_id,
    week.week,
    told.week IS NOT NULL AS reported
FROM objective
CROSS JOIN week
LEFT JOIN told ON week.week = told.week
WHERE
    (objective.valid_from IS NULL OR objective.valid_from < week.week + INTERVAL 7 DAY)
    AND (objective.valid_to IS NULL OR objective.valid_to >= week.week)
