/*---
id: latency.by_group
version: 1
title: Do headquarters, or types of request, differ in how long they take?
question: Could the differences between groups be chance?
level: process
unit: probability
by: [hq]
also_by: [[request_type], [hq, request_type], [hq, priority]]
estimator: logrank
decision: Whether a difference between headquarters or types is worth acting on.
limits: >-
  The last column of each grouping is compared, within the ones before it. The test sees differences of the kind that
  one group is faster throughout; curves that cross may differ without a small p. Many tests at once find something by
  chance: about one in twenty below 0.05.
source: Log-rank test, Mantel 1966, Peto and Peto 1972, with late entry
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    hq,
    request_type,
    priority,
    waited_seconds AS duration,
    decided AS event,
    entry_seconds AS entry
FROM request_wait
