/*---
id: field_entry
one_row_is: a field of a report in its latest revision, and what kind of entry it holds
level: process
---*/
-- Zero is an answer, blank is none, and 'does not apply' is neither: each is counted apart.
WITH latest AS (
    SELECT
        report_id,
        template_id,
        reporter_id,
        row_number() OVER (PARTITION BY report_id ORDER BY revision DESC) AS from_latest
    FROM report
)

SELECT
    report_field.row_key,
    latest.reporter_id,
    latest.template_id,
    CASE
        WHEN report_field.not_applicable THEN 'not applicable'
        WHEN report_field.value_number = 0 THEN 'zero'
        WHEN report_field.value_number IS NOT NULL THEN 'number'
        WHEN nullif(trim(report_field.value_text), '') IS NOT NULL THEN 'words'
        WHEN report_field.confirmed_unchanged THEN 'confirmed unchanged'
        ELSE 'blank'
    END AS field_state
FROM report_field
INNER JOIN latest ON report_field.report_id = latest.report_id AND latest.from_latest = 1
INNER JOIN answers_hold
    ON
        report_field.report_id = answers_hold.report_id
        AND coalesce(report_field.revision, 0) = answers_hold.revision
