/*---
id: latency.answered_only
version: 1
title: Time to decision of answered requests alone
question: What would the wait look like if the requests still waiting were left out?
level: process
unit: days
by: [hq]
estimator: {quantile: {at: [0.25, 0.5, 0.75], mean: true, curve: true, method: averaged, per_unit: 86400}}
caveats:
  - "biased: requests still waiting are left out, so the figure is too short; it stands here for comparison only"
decision: None. It shows how far off the usual figure is.
limits: >-
  Biased towards short waits; read latency.time_to_decision instead. Quantiles are reckoned as spreadsheets do,
  midway between two values where n is even.
source: >-
  Quantiles of type 2, Hyndman and Fan 1996; order-statistic interval, Conover 1999, 3.2
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    hq,
    waited_seconds AS value
FROM request_wait
WHERE decided
