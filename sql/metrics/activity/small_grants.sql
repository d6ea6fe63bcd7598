/*---
id: activity.small_grants
version: 1
title: Money for small activities
question: What was asked for workshops, venues, travel and printing, what was granted, and who carries it?
level: activity
unit: money
by: [request_state]
also_by:
  - [request_state, funder]
  - [request_state, request_type]
  - [request_state, objective_id]
  - [request_state, activity_state]
estimator: {sum: {}, share: {}}
listings:
  longest:
    order_by: waited_days
    rows: 10
    columns:
      - request_id
      - request_type
      - objective_id
      - activity_id
      - activity_state
      - planned_on
      - raised_on
      - waited_days
      - amount
      - funder
reads: [process]
decision: Whether the mission needs a fund of its own, and which activity waits for money.
limits: >-
  Requests of type workshop, venue, travel or printing. The sum is money as asked for, in the mission's currency; a
  request without an amount is missing. The share is that of requests paid by national grants, among those that name
  who pays. Waits are reckoned as in latency.time_to_decision. 'activity_state' is what became of the activity that the
  request names: held before or after the answer came, cancelled, postponed, planned for a day to come, or planned for
  a day gone by with no word since.
source: Complete count
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    request.row_key,
    request.request_id,
    request.request_type,
    request.objective_id,
    request.activity_id,
    activity.planned_on,
    request.funder,
    request.amount,
    request.amount AS value,
    CASE
        WHEN request_wait.is_open THEN 'open'
        WHEN request_wait.withdrawn THEN 'withdrawn'
        WHEN request.outcome = 'approved' THEN 'granted'
        ELSE 'refused'
    END AS request_state,
    CASE
        WHEN request.activity_id IS NULL THEN 'no activity named'
        WHEN activity.row_key IS NULL THEN 'activity not known'
        WHEN
            activity.status = 'held'
            AND (request_wait.is_open OR activity.occurred_on < cast(request.decided_at AS DATE))
            THEN 'held before the answer'
        WHEN activity.status = 'held' THEN 'held after the answer'
        WHEN activity.status != 'planned' THEN activity.status
        WHEN activity.planned_on < as_of.as_of THEN 'planned, no word'
        ELSE 'still planned'
    END AS activity_state,
    CASE WHEN request.funder IS NOT NULL THEN request.funder = 'national' END AS numerator,
    TRUE AS denominator,
    cast(request.raised_at AS DATE) AS raised_on,
    cast(floor(request_wait.waited_seconds / 86400) AS BIGINT) AS waited_days
FROM request
CROSS JOIN as_of
INNER JOIN request_wait ON request.row_key = request_wait.row_key
LEFT JOIN activity ON request.activity_id = activity.activity_id
WHERE request.request_type IN ('workshop', 'venue', 'travel', 'printing')
