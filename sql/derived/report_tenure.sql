/*---
id: report_tenure
one_row_is: a report in its latest revision, and how long its sender had been at the unit
level: process
---*/
WITH begun AS (
    SELECT
        report_latest.report_id,
        min(tour.started_on) AS started_on
    FROM report_latest
    INNER JOIN tour
        ON
            report_latest.reporter_id = tour.reporter_id
            AND report_latest.unit_id = tour.unit_id
            AND tour.started_on <= cast(report_latest.submitted_at AS DATE)
            AND (tour.ended_on IS NULL OR tour.ended_on >= cast(report_latest.submitted_at AS DATE) - INTERVAL 31 DAY)
    GROUP BY report_latest.report_id
)

SELECT
    report_latest.row_key,
    report_latest.report_id,
    report_latest.template_id,
    report_latest.unit_id,
    report_latest.reporter_id,
    cast(date_diff('day', begun.started_on, cast(report_latest.submitted_at AS DATE)) AS BIGINT) AS tenure_days
FROM report_latest
LEFT JOIN begun ON report_latest.report_id = begun.report_id
