/*---
id: latency.deadlines
version: 1
title: Requests by whether they are answered in time
question: How many requests with a deadline were decided by it, after it, or are still open?
level: process
unit: requests
by: [hq, due_state]
also_by: [[hq, request_type, due_state], [due_state]]
estimator: count
decision: Which deadlines to hold headquarters to.
limits: >-
  Of requests whose register states by when an answer is due; withdrawn ones apart. A decision at the very instant is
  on time. An open request is overdue when the deadline lies before the last extract of its source.
source: Complete count
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    hq,
    request_type,
    CASE
        WHEN decided AND decided_at <= due_at THEN 'on time'
        WHEN decided THEN 'late'
        WHEN withdrawn THEN 'withdrawn'
        WHEN due_at < followed_until THEN 'open, overdue'
        ELSE 'open, not due'
    END AS due_state
FROM request_wait
WHERE due_at IS NOT NULL
