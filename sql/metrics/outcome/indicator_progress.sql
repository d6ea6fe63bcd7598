/*---
id: outcome.indicator_progress
version: 1
title: Progress of an indicator
question: How far has the indicator moved from its baseline to its target?
level: outcome
unit: value of the indicator
by: [objective_id, indicator_id]
estimator: {progress: {of: indicator}}
decision: Where to change course, and which indicator to read again.
limits: >-
  Progress is (latest - baseline) / (target - baseline), not clipped: below 0 it regressed, above 1 it overshot. It
  is null, with the reason, without baseline, target or reading. A blank reading is no reading: the latest one with
  a value counts. Against today's definition; where the first version differed, progress against that one stands
  beside it. Readings in another unit than today's are left out. An indicator to be maintained has no progress; it
  is met while within its tolerance.
source: Measure of effectiveness; distance to target
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    objective_id,
    indicator_id,
    observed_on,
    value,
    baseline,
    target,
    direction,
    tolerance,
    original_baseline,
    original_target
FROM outcome_progress
