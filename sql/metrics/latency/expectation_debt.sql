/*---
id: latency.expectation_debt
version: 1
title: Promises to counterparts that wait for an answer
question: >-
  Behind how many open requests stands a promise to a counterpart, and how likely is an answer within 30 more days?
level: process
unit: requests
by: [hq]
also_by: [[hq, request_type], []]
estimator: {prospect: {within: 30, per_unit: 86400}}
decision: Which counterparts to see and tell, and what not to promise until the answer is there.
limits: >-
  The probability of each is that of all requests of the group that have waited as long as it has, whatever was
  promised; it is null where none was followed long enough to tell. Promises that no register records are invisible.
source: Conditional Kaplan-Meier, 1 - S(age + 30) / S(age)
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    request_wait.row_key,
    request_wait.hq,
    request_wait.request_type,
    request_wait.waited_seconds AS duration,
    request_wait.decided AS event,
    request_wait.entry_seconds AS entry,
    request_wait.stale,
    request_wait.is_open AND request_wait.promised_to IS NOT NULL AS owed,
    request_wait.is_open
    AND request_wait.promised_to IS NOT NULL
    AND coalesce(request_wait.promised_by < as_of.as_of, FALSE) AS overdue
FROM request_wait
CROSS JOIN as_of
