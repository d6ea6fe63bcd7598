/*---
id: outcome.coverage
version: 1
title: Indicators that can be judged
question: Of how many indicators do we know where they stand?
level: outcome
unit: share
by: [objective_id]
also_by: [[]]
estimator: share
decision: Which indicators to read before the next assessment.
limits: >-
  An indicator counts with a baseline, a target and a reading no older than one and a half times its own interval,
  days reckoned to as_of. All indicators in force are counted, so there is no interval.
source: Complete count
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    objective_id,
    indicator_id,
    reading_state,
    defined AND reading_state = 'fresh' AS numerator,
    TRUE AS denominator
FROM outcome_state
