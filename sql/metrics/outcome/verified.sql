/*---
id: outcome.verified
version: 1
title: Readings verified by a counterpart
question: Do counterparts of the host nation stand behind the readings?
level: outcome
unit: share
by: [objective_id]
also_by: [[objective_id, indicator_id], []]
estimator: share
decision: Where national ownership of an objective is in doubt.
limits: >-
  A reading counts as verified when it names a counterpart of the profile's list. A reading without a name is not
  verified. Only readings with a value, in the unit of today. All readings are counted, so there is no interval.
source: Complete count
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    outcome_reading.row_key,
    outcome_reading.objective_id,
    outcome_reading.indicator_id,
    verifier.name IS NOT NULL AS numerator,
    TRUE AS denominator
FROM outcome_reading
LEFT JOIN verifier ON outcome_reading.verified_by = verifier.name
WHERE outcome_reading.value IS NOT NULL
