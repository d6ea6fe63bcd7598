/*---
id: outcome.reading_state
version: 1
title: State of each indicator's reading
question: Which indicators have a fresh reading, a stale one, or none?
level: outcome
unit: indicators
by: [objective_id, indicator_id, reading_state]
also_by: [[objective_id, reading_state], [reading_state]]
estimator: count
decision: Which indicators to read before the next assessment.
limits: >-
  Fresh: no older than one and a half times the indicator's own interval. Whether it has a baseline and a target is
  in outcome.coverage.
source: Complete count
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    objective_id,
    indicator_id,
    reading_state
FROM outcome_state
