/*---
id: burden.return_days
version: 1
title: Days until a report is answered
question: How long after sending a report does its sender hear back, with those still waiting counted in?
level: process
unit: days
by: [template_id]
also_by: [[], [unit_id]]
people: reporter_id
estimator:
  kaplan_meier: {at: [7, 14, 30], interval: log-log, per_unit: 86400}
decision: What time for an answer to promise those who report.
limits: >-
  From the first revision to the first answer of any kind; unanswered reports are censored at the newest delivery of the
  log of answers. Reports sent after it, and all reports where no log is sent, are left out. An answer dated before its
  report counts as given at once, and a check names it.
source: Kaplan and Meier 1958; Greenwood 1926 variance; log-log interval, Kalbfleisch and Prentice 1980
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    reporter_id,
    template_id,
    unit_id,
    waited_seconds AS duration,
    answered AS event
FROM report_return
WHERE waited_seconds IS NOT NULL
