/*---
id: activity.movement_granted
version: 1
title: Movements granted, and the wait for them
question: Whom could the mission go and see, of those it asked to?
level: activity
unit: days
by: [counterpart_type]
also_by: [[]]
estimator:
  share: {}
  kaplan_meier: {at: [1, 2, 7], interval: log-log, per_unit: 86400}
reads: [process]
decision: Whether a type of counterpart is out of reach, and what to ask of force protection.
limits: >-
  Requests of type 'movement'. Granted are those approved, of those that were decided or withdrawn; open ones are
  missing from the share and censored in the wait. Movements that nobody asked for do not show. Complete counts: the
  share has no interval.
source: Complete count; Kaplan and Meier 1958
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    request.row_key,
    request.counterpart_type,
    CASE
        WHEN request_wait.is_open THEN NULL
        WHEN request.outcome = 'approved' THEN 1
        ELSE 0
    END AS numerator,
    1 AS denominator,
    request_wait.waited_seconds AS duration,
    request_wait.decided AS event,
    request_wait.entry_seconds AS entry,
    request_wait.stale
FROM request
INNER JOIN request_wait ON request.row_key = request_wait.row_key
WHERE request.request_type = 'movement'
