/*---
id: decided_yet_open
title: A request that has a decision date is not open
table: request
severity: warning
remedy: ask the register's keeper for the outcome, or to take the date out
---*/
SELECT
    r.row_key,
    'request ' || r.request_id || ' was decided at ' || r.decided_at || ' but stands as open' AS detail
FROM request AS r
WHERE r.decided_at IS NOT NULL AND r.outcome = 'open'
