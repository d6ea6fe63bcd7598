/*---
id: latency.cohort
version: 1
title: Waits by the quarter in which requests were raised
question: Are requests raised later answered sooner?
level: process
unit: days
by: [hq, quarter]
also_by: [[quarter]]
estimator:
  kaplan_meier: {at: [60], quantiles: [0.5], interval: log-log, per_unit: 86400}
decision: Whether something that was changed about requests has helped.
limits: >-
  Decided within 60 days is 1 - S(60), of the requests raised in the quarter, reckoned with those still waiting; null
  for quarters too young to tell. The quarter is that of the day of raising in the mission's time zone.
source: Kaplan and Meier 1958 within each cohort; log-log interval
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    hq,
    waited_seconds AS duration,
    decided AS event,
    entry_seconds AS entry,
    stale,
    cast(date_trunc('quarter', raised_day) AS DATE) AS quarter
FROM request_wait
