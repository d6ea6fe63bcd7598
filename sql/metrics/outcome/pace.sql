/*---
id: outcome.pace
version: 1
title: Pace of an indicator
question: Does the indicator move fast enough to reach its target in time?
level: outcome
unit: share of the way, a year
by: [objective_id, indicator_id]
estimator: trend
decision: Whether to change the plan or the target while there is time.
limits: >-
  The slope of progress over all readings of today's version, a median of slopes between pairs, so that one odd
  reading does not move it. Null under four readings; the pace also past the target date and when the target is
  reached. The slope needed runs from today and the latest reading to the target date.
  'planned' is where an even pace from the day of the baseline would stand today.
source: Theil 1950, Sen 1968; Kendall 1945 tau-b
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    outcome_path.row_key,
    outcome_path.objective_id,
    outcome_path.indicator_id,
    outcome_path.observed_on,
    outcome_path.progress AS value,
    outcome_path.baseline_on AS start_on,
    outcome_path.target_on,
    as_of.as_of AS seen_on
FROM outcome_path
CROSS JOIN as_of
