/*---
id: outcome_without_date
title: A request that is closed has the date of its outcome
table: request
severity: warning
remedy: ask the register's keeper for the date; until then its wait cannot be measured
---*/
SELECT
    r.row_key,
    'request ' || r.request_id || ' is ' || r.outcome || ' without a date' AS detail
FROM request AS r
WHERE
    (r.outcome IN ('approved', 'denied') AND r.decided_at IS NULL)
    OR (r.outcome = 'withdrawn' AND r.withdrawn_at IS NULL)
