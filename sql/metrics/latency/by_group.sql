/*---
id: latency.by_group
version: 1
title: Do headquarters, types or quarters differ in how long requests wait?
question: Could the differences between groups be chance?
level: process
unit: probability
by: [hq]
also_by: [[request_type], [hq, request_type], [hq, priority], [hq, quarter]]
estimator: logrank
decision: Whether a difference between headquarters or types is worth acting on.
limits: >-
  The last column of each grouping is compared, within the ones before it. The test sees differences of the kind that
  one group is faster throughout; curves that cross may differ without a small p. Many tests at once find something by
  chance: about one in twenty below 0.05. Within a test, pairs are corrected for their number. The quarter is that of
  the day of raising.
source: Log-rank test, Mantel 1966, Peto and Peto 1972, with late entry; pairs after Holm 1979
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    hq,
    request_type,
    priority,
    cast(date_trunc('quarter', raised_day) AS DATE) AS quarter,
    waited_seconds AS duration,
    decided AS event,
    entry_seconds AS entry
FROM request_wait
