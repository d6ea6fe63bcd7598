/*---
id: separation.divergence
version: 1
title: Activity and progress going apart
question: Does activity rise while progress does not follow?
level: comparison
unit: difference of tau-b
by: [objective_id]
estimator: divergence
reads: [activity, outcome, process]
decision: Which objectives to look at first, in order; for the mission, whether counting is becoming the goal.
limits: >-
  The last 52 whole weeks. Above 0, activity rises more steadily than progress. Pieces held a week; unreported weeks
  are left out. Readings as they were made, never carried forward, eight or more an indicator; of several indicators
  the median. A series that never changes has tau 0. Per objective for ranking only, with an interval by resampling;
  for the mission the mean of the objectives, which are taken as independent.
source: Kendall 1945 tau-b; block bootstrap, Kuensch 1989; Student's t
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
WITH span AS (
    SELECT
        week_frame.row_key,
        week_frame.objective_id,
        week_frame.week,
        week_frame.reported
    FROM week_frame
    CROSS JOIN as_of
    WHERE
        week_frame.week + INTERVAL 7 DAY <= as_of.as_of
        AND week_frame.week >= as_of.as_of - INTERVAL 364 DAY
),

held AS (
    SELECT
        row_key,
        objective_id,
        cast(date_trunc('week', occurred_on) AS DATE) AS week,
        coalesce(count, 1) AS value
    FROM activity
    WHERE status = 'held'
)

SELECT
    held.row_key,
    held.objective_id,
    held.week,
    held.value,
    cast(NULL AS VARCHAR) AS indicator_id,
    cast(NULL AS DATE) AS observed_on,
    cast(NULL AS DOUBLE) AS progress
FROM held
INNER JOIN span ON held.objective_id = span.objective_id AND held.week = span.week
UNION ALL
SELECT
    row_key || ':' || cast(week AS VARCHAR) AS row_key,
    objective_id,
    week,
    CASE WHEN reported THEN 0 END AS value,
    cast(NULL AS VARCHAR) AS indicator_id,
    cast(NULL AS DATE) AS observed_on,
    cast(NULL AS DOUBLE) AS progress
FROM span
UNION ALL
SELECT
    outcome_path.row_key,
    outcome_path.objective_id,
    cast(NULL AS DATE) AS week,
    cast(NULL AS BIGINT) AS value,
    outcome_path.indicator_id,
    outcome_path.observed_on,
    outcome_path.progress
FROM outcome_path
CROSS JOIN as_of
WHERE outcome_path.progress IS NOT NULL AND outcome_path.observed_on >= as_of.as_of - INTERVAL 364 DAY
