/*---
id: burden.projection
version: 2
title: Reporting and requests at another size
question: What would reporting take, and how many requests would be raised, if the mission had N people?
level: process
unit: hours
by: [template_id]
also_by: [[]]
people: reporter_id
estimator: {projection: {personnel: [500, 1000, 2000, 4000], weeks: 13}}
decision: Which forms to thin out before a mission grows.
limits: >-
  Hours as in burden.hours, of reports on periods that ended in 13 weeks, the newest full week left out since its
  reports are hardly due yet; requests raised in the same weeks (without template). Forms filed by advisor or by unit
  grow with personnel, since advisors stay the same part of it and units keep their size; forms of the whole mission do
  not. What people would do otherwise at another size is not foreseen. The interval is that of assumed minutes, no
  confidence interval.
source: Paperwork Reduction Act, responses times hours per response, scaled by what a form is filed per
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
WITH size AS (
    SELECT
        max(CASE WHEN category = 'total' THEN people END) AS personnel,
        max(CASE WHEN category = 'advisors' THEN people END) AS advisors,
        max(CASE WHEN category = 'planned' THEN people END) AS planned
    FROM personnel
),

span AS (
    SELECT
        cast(date_trunc('week', as_of) AS DATE) - INTERVAL 98 DAY AS first_day,
        cast(date_trunc('week', as_of) AS DATE) - INTERVAL 7 DAY AS end_day
    FROM as_of
)

SELECT
    report_effort.row_key,
    report_effort.reporter_id,
    report_effort.template_id,
    template.per,
    report_effort.minutes,
    report_effort.minutes_low,
    report_effort.minutes_high,
    size.personnel,
    size.advisors,
    size.planned,
    TRUE AS is_report
FROM report_effort
CROSS JOIN size
CROSS JOIN span
LEFT JOIN template ON report_effort.template_id = template.template_id
WHERE report_effort.week >= span.first_day AND report_effort.week < span.end_day
UNION ALL
SELECT
    request_wait.row_key,
    request_wait.raised_by AS reporter_id,
    cast(NULL AS VARCHAR) AS template_id,
    cast(NULL AS VARCHAR) AS per,
    cast(NULL AS DOUBLE) AS minutes,
    cast(NULL AS DOUBLE) AS minutes_low,
    cast(NULL AS DOUBLE) AS minutes_high,
    size.personnel,
    size.advisors,
    size.planned,
    FALSE AS is_report
FROM request_wait
CROSS JOIN size
CROSS JOIN span
WHERE request_wait.raised_day >= span.first_day AND request_wait.raised_day < span.end_day
