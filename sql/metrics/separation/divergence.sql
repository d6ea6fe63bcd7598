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
SELECT
    activity_week.row_key,
    activity_week.objective_id,
    activity_week.week,
    activity_week.value,
    cast(NULL AS VARCHAR) AS indicator_id,
    cast(NULL AS DATE) AS observed_on,
    cast(NULL AS DOUBLE) AS progress
FROM activity_week
CROSS JOIN as_of
WHERE activity_week.week >= as_of.as_of - INTERVAL 364 DAY
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
