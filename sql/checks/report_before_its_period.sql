/*---
id: report_before_its_period
title: No report is sent before its period begins
table: report
severity: warning
remedy: correct the report's period or the day it was sent; until then it counts as sent in time
---*/
-- A day without time is its first instant, and has 25 hours when the clocks change.
SELECT
    r.row_key,
    'report ' || r.report_id || ', revision ' || r.revision || ', was sent at '
    || left(cast(r.submitted_at AS VARCHAR), 16) || ' UTC; its period begins on ' || r.period_start AS detail
FROM report AS r
WHERE r.submitted_at < r.period_start - INTERVAL 25 HOUR
