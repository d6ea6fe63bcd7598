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
SELECT
    row_key,
    template_id,
    reporter_id,
    unit_id AS cluster,
    CASE WHEN changed THEN 1 WHEN NOT changed THEN 0 END AS numerator,
    report_minutes / 60 / nullif(count(*) OVER (PARTITION BY report_id), 0) AS denominator
FROM field_answer
