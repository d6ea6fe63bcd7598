/*---
id: activity.weekly
version: 1
title: Activities a week, by kind
question: How much of what kind is done in a week of late?
level: activity
unit: activities a week
by: [objective_id, kind]
estimator: rate
reads: [process]
decision: Where advisors' time goes. More is not better.
limits: >-
  Pieces held in the last 13 whole ISO weeks, by the weeks of which anything that tells of activity was reported; a
  week not reported counts neither as work nor as a week. Weeks are the clusters of the interval.
source: Ratio; delete-one-cluster jackknife, Efron and Tibshirani 1993, 11.5
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
WITH recent AS (
    SELECT
        activity_week.row_key,
        activity_week.objective_id,
        activity_week.week,
        activity_week.kind,
        activity_week.value
    FROM activity_week
    CROSS JOIN as_of
    WHERE activity_week.week >= as_of.as_of - INTERVAL 91 DAY
),

kind_held AS (
    SELECT DISTINCT
        objective_id,
        kind
    FROM recent
    WHERE kind IS NOT NULL
)

SELECT
    row_key,
    objective_id,
    kind,
    week AS cluster,
    value AS numerator,
    0 AS denominator
FROM recent
WHERE kind IS NOT NULL
UNION ALL
SELECT
    recent.row_key || ':' || kind_held.kind AS row_key,
    recent.objective_id,
    kind_held.kind,
    recent.week AS cluster,
    recent.value AS numerator,
    CASE WHEN recent.value IS NOT NULL THEN 1 END AS denominator
FROM recent
INNER JOIN kind_held ON recent.objective_id = kind_held.objective_id
WHERE recent.kind IS NULL
