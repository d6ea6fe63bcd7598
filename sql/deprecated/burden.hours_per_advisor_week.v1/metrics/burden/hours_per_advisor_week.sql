/*---
id: burden.hours_per_advisor_week
version: 1
title: Reporting hours of an advisor in a week
question: How many hours a week does an advisor spend on reports?
level: process
unit: hours an advisor and week
by: []
also_by: [[unit_id], [week]]
people: reporter_id
estimator: rate
reads: [input]
decision: Whether reporting leaves time for the counterparts.
limits: >-
  Hours as in burden.hours, over the established advisor posts of each unit in each week that ended before as_of and in
  which a report's period ended; posts that stand empty count as if they were filled. Where none of a unit's reports
  on a week has come, its hours are not known: its posts are left out and counted as missing. Reports of a unit
  without established posts are in the hours only.
source: Ratio of sums; delete-one-cluster jackknife, Efron and Tibshirani 1993
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
WITH unit_week AS (
    SELECT
        min(expected_report.row_key) AS row_key,
        expected_report.unit_id,
        cast(date_trunc('week', expected_report.period_end) AS DATE) AS week
    FROM expected_report
    CROSS JOIN as_of
    WHERE expected_report.period_end < as_of.as_of
    GROUP BY expected_report.unit_id, cast(date_trunc('week', expected_report.period_end) AS DATE)
),

told AS (
    SELECT DISTINCT
        unit_id,
        week
    FROM report_effort
)

SELECT
    row_key,
    unit_id,
    week,
    reporter_id,
    unit_id AS cluster,
    minutes / 60 AS numerator,
    0 AS denominator
FROM report_effort
UNION ALL
SELECT
    unit_week.row_key,
    unit_week.unit_id,
    unit_week.week,
    cast(NULL AS VARCHAR) AS reporter_id,
    unit_week.unit_id AS cluster,
    0 AS numerator,
    CASE WHEN told.week IS NOT NULL THEN unit.advisors END AS denominator
FROM unit_week
LEFT JOIN unit ON unit_week.unit_id = unit.unit_id
LEFT JOIN told ON unit_week.unit_id = told.unit_id AND unit_week.week = told.week
