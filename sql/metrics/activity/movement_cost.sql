/*---
id: activity.movement_cost
version: 1
title: Vehicle trips for a meeting outside
question: What does force protection put on the road for one meeting outside the compound?
level: input
unit: vehicle trips per meeting
by: [objective_id]
also_by: [[kind], []]
estimator: rate
reads: [activity]
decision: Whether to meet inside, or to bundle trips.
limits: >-
  All kinds of activity held outside the compound. A convoy counts its vehicles once, there and back. A row without a
  number of vehicles is missing. Advisors resemble themselves, so the interval treats each as a cluster.
source: Ratio; delete-one-cluster jackknife, Efron and Tibshirani 1993, 11.5
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    objective_id,
    kind,
    reporter_id AS cluster,
    vehicles AS numerator,
    coalesce(count, 1) AS denominator
FROM activity
WHERE status = 'held' AND outside_compound
