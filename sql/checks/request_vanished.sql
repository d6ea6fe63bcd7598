/*---
id: request_vanished
title: A request stays in a register that lists all of them, or all that are open
table: vanished_request
severity: warning
remedy: ask the register's keeper what became of it; until then it counts as it was known last
---*/
SELECT
    v.row_key,
    'request ' || v.request_id || ' at ' || coalesce(v.hq, 'an unknown headquarters') || ' was last listed by '
    || v.source || ' on ' || v.last_seen_on || ', and no more since ' || v.missing_since AS detail
FROM vanished_request AS v
