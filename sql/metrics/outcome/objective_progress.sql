/*---
id: outcome.objective_progress
version: 1
title: Progress of an objective
question: How far has the objective moved, and what about its weakest indicator?
level: outcome
unit: share of the way
by: [objective_id]
estimator: {progress: {of: objective}}
decision: Which objective needs attention first.
limits: >-
  No mean and no single score: the minimum, the median, and how many regressed. Bounds say what indicators without
  progress could change: with half or more missing the median is unbounded, and the minimum is at most the one
  shown. Indicators to be maintained have no progress and are counted apart.
source: Minimum and median of indicator progress; worst-case bounds for missing values, Manski 1989
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
