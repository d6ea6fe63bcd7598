/*---
id: request_activity_unknown
title: The activity that waits for a request is known
table: request
severity: warning
remedy: ask the sender for the activity, or for the right activity_id
---*/
SELECT
    r.row_key,
    'request ' || r.request_id || ' names activity ' || r.activity_id AS detail
FROM request AS r
ANTI JOIN activity AS a ON r.activity_id = a.activity_id
WHERE r.activity_id IS NOT NULL
