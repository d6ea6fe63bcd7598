/*---
id: latency.withdrawn_kept
version: 1
title: Time to decision, with withdrawn requests kept waiting
question: How long would requests wait if those withdrawn had gone on waiting?
level: process
unit: days
by: [hq]
also_by: [[hq, request_type], [hq, priority]]
estimator:
  kaplan_meier: {at: [30, 60, 90, 180], tau: 180, interval: log-log, per_unit: 86400}
decision: Whether withdrawals hide a slow answer; read beside latency.time_to_decision.
limits: >-
  The second view of withdrawals: each stays at risk to the last extract of its source and is never decided. Where
  requests are withdrawn because no answer came, the truth lies nearer to this figure than to the censored one.
source: >-
  Kaplan and Meier 1958 with competing ends kept at risk, Fine and Gray 1999; log-log interval
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    hq,
    request_type,
    priority,
    cast(date_diff('second', raised_at, coalesce(decided_at, followed_until)) AS BIGINT) AS duration,
    decided AS event,
    entry_seconds AS entry,
    stale
FROM request_wait
