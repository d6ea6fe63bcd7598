/*---
id: request_decided_and_withdrawn
title: A request is decided or withdrawn, not both
table: request
severity: warning
remedy: ask the register's keeper which of the two holds; until then the decision counts where it has a date
---*/
SELECT
    r.row_key,
    'request ' || r.request_id || ' was withdrawn at ' || r.withdrawn_at || ' and '
    || coalesce('decided at ' || r.decided_at, 'is ' || r.outcome) AS detail
FROM request AS r
WHERE r.withdrawn_at IS NOT NULL AND (r.decided_at IS NOT NULL OR r.outcome IN ('approved', 'denied'))
