/*---
id: request_headquarters_unknown
title: The headquarters of a request is in the profile
table: request
severity: warning
remedy: add it to mission.yaml under headquarters, or correct the register's mapping
---*/
SELECT
    r.row_key,
    'request ' || r.request_id || ' went to ' || r.hq AS detail
FROM request AS r
ANTI JOIN headquarters AS h ON r.hq = h.hq
