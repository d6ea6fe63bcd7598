/*---
id: report_outside_unit_dates
title: A report's period lies within the dates of its unit
table: report
severity: warning
remedy: correct the report's period, or the unit's opened and closed in mission.yaml
---*/
SELECT
    r.row_key,
    'report ' || r.report_id || ' of ' || r.unit_id || ' for ' || r.period_start || ' to ' || r.period_end
    || '; the unit was open from ' || u.valid_from || coalesce(' to ' || u.valid_to, '') AS detail
FROM report AS r
INNER JOIN unit AS u ON r.unit_id = u.unit_id
WHERE r.period_end < u.valid_from OR r.period_start > u.valid_to
