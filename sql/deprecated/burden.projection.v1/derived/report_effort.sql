/*---
id: report_effort
one_row_is: a report in its latest revision with the minutes that it took, or a tally of reports known only by number
level: process
---*/
-- Minutes are measured where the report states them, else assumed from the template; of a tally they are all assumed.
SELECT
    report_latest.row_key,
    report_latest.report_id,
    report_latest.template_id,
    report_latest.unit_id,
    report_latest.reporter_id,
    report_latest.grade,
    1 - coalesce(template.normal_course, 0) AS beyond_normal_course,
    report_latest.prep_minutes IS NULL AS assumed,
    cast(date_trunc('week', report_latest.period_end) AS DATE) AS week,
    coalesce(cast(report_latest.prep_minutes AS DOUBLE), template.minutes_central) AS minutes,
    coalesce(cast(report_latest.prep_minutes AS DOUBLE), template.minutes_low) AS minutes_low,
    coalesce(cast(report_latest.prep_minutes AS DOUBLE), template.minutes_high) AS minutes_high
FROM report_latest
LEFT JOIN template ON report_latest.template_id = template.template_id
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
