/*---
id: report_effort
one_row_is: a report in its latest revision with the minutes that it took, or a tally of reports known only by number
level: process
---*/
-- Minutes are measured where the report states them, else assumed from the template; of a tally they are all assumed.
WITH latest AS (
    SELECT
        row_key,
        report_id,
        template_id,
        unit_id,
        reporter_id,
        period_end,
        prep_minutes,
        grade,
        row_number() OVER (PARTITION BY report_id ORDER BY revision DESC) AS from_latest
    FROM report
)

SELECT
    latest.row_key,
    latest.report_id,
    latest.template_id,
    latest.unit_id,
    latest.reporter_id,
    latest.grade,
    1 - coalesce(template.normal_course, 0) AS beyond_normal_course,
    latest.prep_minutes IS NULL AS assumed,
    cast(date_trunc('week', latest.period_end) AS DATE) AS week,
    coalesce(cast(latest.prep_minutes AS DOUBLE), template.minutes_central) AS minutes,
    coalesce(cast(latest.prep_minutes AS DOUBLE), template.minutes_low) AS minutes_low,
    coalesce(cast(latest.prep_minutes AS DOUBLE), template.minutes_high) AS minutes_high
FROM latest
LEFT JOIN template ON latest.template_id = template.template_id
WHERE latest.from_latest = 1
UNION ALL
SELECT
    report_tally.row_key,
    cast(NULL AS VARCHAR) AS report_id,
    report_tally.template_id,
    report_tally.unit_id,
    cast(NULL AS VARCHAR) AS reporter_id,
    cast(NULL AS VARCHAR) AS grade,
    1 - coalesce(template.normal_course, 0) AS beyond_normal_course,
    TRUE AS assumed,
    cast(date_trunc('week', report_tally.period_end) AS DATE) AS week,
    report_tally.received * template.minutes_central AS minutes,
    report_tally.received * template.minutes_low AS minutes_low,
    report_tally.received * template.minutes_high AS minutes_high
FROM report_tally
LEFT JOIN template ON report_tally.template_id = template.template_id
WHERE report_tally.received IS NOT NULL
