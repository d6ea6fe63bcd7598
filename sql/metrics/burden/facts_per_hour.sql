/*---
id: burden.facts_per_hour
version: 1
title: New answers per hour of reporting
question: How many changed answers does an hour spent on a form bring?
level: process
unit: changed answers an hour
by: [template_id]
also_by: [[]]
people: reporter_id
estimator: rate
reads: [row]
decision: Which form tells most for its time.
limits: >-
  Changed answers as in burden.field_novelty, over the hours of the reports that they are in; the first reports of a
  series and the words of narratives are left out. Where a report does not state its minutes, the form's central value
  is taken. Not every changed answer is worth the same.
source: Ratio of sums; delete-one-cluster jackknife, Efron and Tibshirani 1993
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
WITH told AS (
    SELECT
        report_id,
        count(row_key) AS answers
    FROM field_answer
    GROUP BY report_id
)

SELECT
    field_answer.row_key,
    field_answer.template_id,
    field_answer.reporter_id,
    field_answer.unit_id AS cluster,
    CASE WHEN field_answer.changed THEN 1 WHEN NOT field_answer.changed THEN 0 END AS numerator,
    field_answer.report_minutes / 60 / nullif(told.answers, 0) AS denominator
FROM field_answer
INNER JOIN told ON field_answer.report_id = told.report_id
