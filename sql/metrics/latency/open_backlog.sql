/*---
id: latency.open_backlog
version: 1
title: Open requests and their age
question: How many requests are open, and for how long?
level: process
unit: days
by: [hq]
estimator: {age_profile: {bins: [30, 90, 180], per_unit: 86400}}
listings:
  oldest:
    order_by: duration
    rows: 10
    columns: [request_id, request_type, objective_id, raised_on, age_days, promised_on, priority]
decision: Which requests to raise in person first.
limits: >-
  A request counts as open when neither decided nor withdrawn by the last extract of its source; its age is reckoned
  to that extract, as in latency.time_to_decision, since nothing is known of it later. Who raised it is never shown.
source: Age profile of all open requests; quantiles by inverse CDF
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    hq,
    request_id,
    request_type,
    objective_id,
    priority,
    promised_on,
    waited_seconds AS duration,
    cast(raised_at AS DATE) AS raised_on,
    cast(floor(waited_seconds / 86400) AS BIGINT) AS age_days
FROM request_wait
WHERE is_open
