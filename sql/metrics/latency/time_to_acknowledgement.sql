/*---
id: latency.time_to_acknowledgement
version: 1
title: Time from request to first reply
question: How long does a request wait until headquarters says anything?
level: process
unit: days
by: [hq]
also_by: [[hq, request_type], [hq, priority]]
estimator:
  kaplan_meier: {at: [7, 14, 30, 60], tau: 60, interval: log-log, per_unit: 86400}
decision: Whether to ask for receipts, and when to ask again.
limits: >-
  The first reply is the earlier of acknowledgement and decision; a register that does not record acknowledgements
  shows the decision. A request without reply is censored at its withdrawal, else at the last extract of its source.
source: >-
  Kaplan and Meier 1958; Greenwood 1926 variance; log-log interval, Kalbfleisch and Prentice 1980
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    hq,
    request_type,
    priority,
    cast(
        date_diff(
            'second',
            raised_at,
            coalesce(least(acknowledged_at, decided_at), acknowledged_at, decided_at, withdrawn_at, followed_until)
        ) AS BIGINT
    ) AS duration,
    acknowledged_at IS NOT NULL OR decided_at IS NOT NULL AS event,
    entry_seconds AS entry,
    stale
FROM request_wait
