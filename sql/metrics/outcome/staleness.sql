/*---
id: outcome.staleness
version: 1
title: Age of the latest reading
question: How long ago was an indicator read last?
level: outcome
unit: days
by: [objective_id]
also_by: [[]]
estimator: {quantile: {at: [0.25, 0.5, 0.75], null_means: infinite}}
decision: Which indicators to read before the next assessment.
limits: >-
  Days from the latest reading with a value to as_of. An indicator that was never read counts as infinitely old, so
  the median is 'never read' where half of them are.
source: Quantiles by inverse CDF; order-statistic interval, Conover 1999, 3.2
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    objective_id,
    indicator_id,
    age_days AS value
FROM outcome_state
