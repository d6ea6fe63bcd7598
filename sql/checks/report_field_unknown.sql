/*---
id: report_field_unknown
title: Each answered field is one of the report's form
table: report_field
severity: warning
remedy: correct the field in the source's mapping, or add it to the form in templates.yaml
---*/
-- A form without any field in the profile does not say what it asks.
SELECT
    f.row_key,
    'field ' || f.field_id || ' of report ' || f.report_id || ', which answers form ' || r.template_id AS detail
FROM report_field AS f
INNER JOIN report AS r ON f.report_id = r.report_id AND f.revision = r.revision
SEMI JOIN field AS any_asked ON r.template_id = any_asked.template_id
ANTI JOIN field AS asked ON r.template_id = asked.template_id AND f.field_id = asked.field_id
