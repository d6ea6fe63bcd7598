/*---
id: latency.open_promises
version: 1
title: Open promises one by one
question: To whom was something promised that still waits, since when, and how often were they visited since?
level: process
reads: [activity]
unit: days
by: [hq]
estimator: {age_profile: {bins: [30, 90, 180], per_unit: 86400}}
listings:
  promises:
    order_by: duration
    rows: 20
    columns: [request_id, request_type, promised_to, promised_on, promised_by, age_days, visits_since]
decision: Whom to visit with news, or with none.
limits: >-
  A visit is an activity of the kind 'visit', held with the counterpart after the day of the promise; visits that are
  reported without counterpart are not seen. The age is that of the request.
source: Complete list of open requests with a promise
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
-- Visits are added up by day first: a counterpart is visited often, and many promises may wait for the same one.
WITH visit AS (
    SELECT
        counterpart_id,
        occurred_on,
        sum(coalesce(count, 1)) AS visits
    FROM activity
    WHERE status = 'held' AND kind = 'visit' AND counterpart_id IS NOT NULL
    GROUP BY counterpart_id, occurred_on
),

since AS (
    SELECT
        request_wait.row_key,
        sum(visit.visits) AS visits
    FROM request_wait
    INNER JOIN visit
        ON request_wait.promised_to = visit.counterpart_id AND request_wait.promised_on < visit.occurred_on
    WHERE request_wait.is_open
    GROUP BY request_wait.row_key
)

SELECT
    request_wait.row_key,
    request_wait.hq,
    request_wait.request_id,
    request_wait.request_type,
    request_wait.promised_to,
    request_wait.promised_on,
    request_wait.promised_by,
    request_wait.waited_seconds AS duration,
    cast(floor(request_wait.waited_seconds / 86400) AS BIGINT) AS age_days,
    cast(coalesce(since.visits, 0) AS BIGINT) AS visits_since
FROM request_wait
LEFT JOIN since ON request_wait.row_key = since.row_key
WHERE request_wait.is_open AND request_wait.promised_to IS NOT NULL
