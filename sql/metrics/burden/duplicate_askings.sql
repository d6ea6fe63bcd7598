/*---
id: burden.duplicate_askings
version: 1
title: Minutes of one question asked more than once
question: How much time goes into answers that another form asks of the same unit for the same days?
level: process
unit: minutes a round
by: [concept_id]
also_by: [[concept_id, unit_id], []]
estimator: sum
decision: Which form can leave a question to another.
limits: >-
  Forms that ask a unit for the same concept, in periods that hold the last day before as_of. One asking is needed,
  the dearest is taken for it, and the minutes of the others are counted: with equal minutes (askings - 1) x minutes.
  A round is one report of each form. A field asked for each objective counts once.
source: (askings - 1) x minutes
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
WITH asking AS (
    SELECT
        expected_report.row_key || '/' || field.field_id AS row_key,
        expected_report.unit_id,
        field.concept_id,
        field.minutes,
        count(*) OVER (PARTITION BY expected_report.unit_id, field.concept_id) AS askings,
        row_number() OVER (
            PARTITION BY expected_report.unit_id, field.concept_id
            ORDER BY field.minutes DESC, field.template_id ASC, field.field_id ASC
        ) AS dearest_first
    FROM expected_report
    CROSS JOIN as_of
    INNER JOIN field ON expected_report.template_id = field.template_id
    WHERE expected_report.period_start < as_of.as_of AND expected_report.period_end >= as_of.as_of - INTERVAL 1 DAY
)

SELECT
    row_key,
    unit_id,
    concept_id,
    CASE WHEN dearest_first = 1 THEN 0 ELSE minutes END AS value
FROM asking
WHERE askings > 1
