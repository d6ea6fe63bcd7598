/*---
id: outcome.regressions
version: 1
title: Indicators that fell back
question: Which indicators lost ground at their latest reading?
level: outcome
unit: indicators
by: [objective_id]
also_by: [[objective_id, indicator_id], []]
estimator: count
frame: outcome_moved
decision: Where to ask first what happened.
limits: >-
  The latest reading's progress lies below that of the reading before by more than the noise that the profile states
  for the indicator. Zero only where an indicator of the objective has two readings; otherwise not known.
source: Complete count
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    objective_id,
    indicator_id
FROM outcome_latest
WHERE progress_before - progress > noise
