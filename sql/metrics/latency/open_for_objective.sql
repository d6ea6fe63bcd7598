/*---
id: latency.open_for_objective
version: 1
title: Open requests of an objective
question: What does the work on an objective wait for?
level: process
unit: days
by: [objective_id]
estimator: {age_profile: {bins: [30, 90, 180], per_unit: 86400}}
listings:
  oldest:
    order_by: duration
    rows: 10
    columns: [request_id, hq, request_type, raised_on, age_days, promised_on, priority, activity_id]
decision: Which requests to raise in person before the next visit.
limits: >-
  Open requests that name the objective, with their age as in latency.open_backlog; those that name none stand without
  an objective. Who raised it is never shown.
source: Age profile of all open requests; quantiles by inverse CDF
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    request_wait.row_key,
    request_wait.objective_id,
    request_wait.request_id,
    request_wait.hq,
    request_wait.request_type,
    request_wait.priority,
    request_wait.promised_on,
    request.activity_id,
    request_wait.waited_seconds AS duration,
    cast(request_wait.raised_at AS DATE) AS raised_on,
    cast(floor(request_wait.waited_seconds / 86400) AS BIGINT) AS age_days
FROM request_wait
INNER JOIN request ON request_wait.row_key = request.row_key
WHERE request_wait.is_open
