/*---
id: report_latest
one_row_is: a report in its latest revision
level: process
---*/
WITH revision AS (
    SELECT
        row_key,
        report_id,
        template_id,
        unit_id,
        reporter_id,
        period_end,
        submitted_at,
        prep_minutes,
        grade,
        row_number() OVER (PARTITION BY report_id ORDER BY revision DESC) AS from_latest
    FROM report
)

SELECT
    row_key,
    report_id,
    template_id,
    unit_id,
    reporter_id,
    period_end,
    submitted_at,
    prep_minutes,
    grade
FROM revision
WHERE from_latest = 1
