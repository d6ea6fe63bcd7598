/*---
id: activity_report_unknown
title: The report that an activity names is known
table: activity
severity: warning
remedy: ask the sender for the missing report, or for the right report_id
---*/
SELECT
    a.row_key,
    'activity ' || a.activity_id || ' names report ' || a.report_id AS detail
FROM activity AS a
ANTI JOIN report AS r ON a.report_id = r.report_id
WHERE a.report_id IS NOT NULL
