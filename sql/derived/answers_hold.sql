/*---
id: answers_hold
one_row_is: a report that was answered, in its latest revision, and the revision whose answers hold
level: process
---*/
-- The answers of the latest revision hold. Where it brought none, those of the one before it hold on; answers to a
-- revision whose report is not known yet wait for it.
WITH latest AS (
    SELECT
        row_key,
        report_id,
        revision,
        row_number() OVER (PARTITION BY report_id ORDER BY revision DESC) AS from_latest
    FROM report
)

SELECT
    latest.row_key,
    latest.report_id,
    max(coalesce(report_field.revision, 0)) AS revision
FROM latest
INNER JOIN report_field
    ON latest.report_id = report_field.report_id AND coalesce(report_field.revision, 0) <= latest.revision
WHERE latest.from_latest = 1
GROUP BY latest.row_key, latest.report_id
