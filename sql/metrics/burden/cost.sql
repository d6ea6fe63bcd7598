/*---
id: burden.cost
version: 1
title: Cost of reports
question: What does reporting cost at the pay of those who do it?
level: process
unit: money of the tariff
by: [template_id]
also_by: [[week], []]
people: reporter_id
estimator: {sum: {per_unit: 60}}
decision: Whether a report is worth what it costs.
limits: >-
  The hours of each report at the tariff of the grade that filed it. A grade without a tariff, and a report without a
  grade, is missing and not free: n_missing counts such reports. Overheads are in only where the tariff has them in.
source: Standard Cost Model, tariff times time times population times frequency
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    report_effort.row_key,
    report_effort.reporter_id,
    report_effort.template_id,
    report_effort.week,
    report_effort.assumed,
    report_effort.minutes * tariff.per_hour AS value,
    report_effort.minutes_low * tariff.per_hour AS low,
    report_effort.minutes_high * tariff.per_hour AS high
FROM report_effort
LEFT JOIN tariff ON report_effort.grade = tariff.grade
