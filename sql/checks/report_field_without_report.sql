/*---
id: report_field_without_report
title: Each answered field belongs to a known report
table: report_field
severity: warning
remedy: ask the sender for the missing report, or for the right report_id
---*/
SELECT
    f.row_key,
    'field ' || f.field_id || ' of report ' || f.report_id AS detail
FROM report_field AS f
ANTI JOIN report AS r ON f.report_id = r.report_id
