/*---
id: report_tenure
one_row_is: a report in its latest revision, and how long its sender had been at the unit
level: process
---*/
WITH latest AS (
    SELECT
        row_key,
        report_id,
        template_id,
        unit_id,
        reporter_id,
        submitted_at,
        row_number() OVER (PARTITION BY report_id ORDER BY revision DESC) AS from_latest
    FROM report
),

begun AS (
    SELECT
        latest.report_id,
        min(tour.started_on) AS started_on
    FROM latest
    INNER JOIN tour
        ON
            latest.reporter_id = tour.reporter_id
            AND latest.unit_id = tour.unit_id
            AND tour.started_on <= cast(latest.submitted_at AS DATE)
            AND (tour.ended_on IS NULL OR tour.ended_on >= cast(latest.submitted_at AS DATE) - INTERVAL 31 DAY)
    WHERE latest.from_latest = 1
    GROUP BY latest.report_id
)

SELECT
    latest.row_key,
    latest.report_id,
    latest.template_id,
    latest.unit_id,
    latest.reporter_id,
    cast(date_diff('day', begun.started_on, cast(latest.submitted_at AS DATE)) AS BIGINT) AS tenure_days
FROM latest
LEFT JOIN begun ON latest.report_id = begun.report_id
WHERE latest.from_latest = 1
