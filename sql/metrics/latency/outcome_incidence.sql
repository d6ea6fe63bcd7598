/*---
id: latency.outcome_incidence
version: 1
title: What becomes of requests, by the time since they were raised
question: How likely is a request approved, denied or withdrawn by a given day?
level: process
unit: share
by: [hq]
also_by: [[hq, request_type], [hq, priority]]
estimator:
  aalen_johansen: {at: [30, 60, 90, 180], causes: [approved, denied, withdrawn], per_unit: 86400}
decision: Whether a class of requests is worth raising, and whether the mission gives up before it is answered.
limits: >-
  The three ways of ending compete: each incidence counts what would have ended otherwise as never ending so.
  A decision whose outcome the register does not state is shown as 'decided, outcome unknown'.
source: >-
  Aalen and Johansen 1978, tied times counted at once; variance of Marubini and Valsecchi 1995, interval symmetric for
  log(-log F), Choudhury 2002
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    hq,
    request_type,
    priority,
    waited_seconds AS duration,
    CASE
        WHEN decided AND outcome IN ('approved', 'denied') THEN outcome
        WHEN decided THEN 'decided, outcome unknown'
        WHEN withdrawn THEN 'withdrawn'
    END AS cause,
    entry_seconds AS entry,
    stale
FROM request_wait
