/*---
id: burden.lateness
version: 2
title: How late reports come
question: How long after it was due does a report come, with those still missing counted in?
level: process
unit: days
by: [template_id]
also_by: [[], [unit_id]]
people: reporter_id
estimator:
  kaplan_meier: {at: [1, 3, 7, 14], quantiles: [0.5, 0.75, 0.9], interval: log-log, per_unit: 86400}
decision: Whether to move a due time, and how long to wait before asking.
limits: >-
  Of the first revision; a report that came in time is 0 days late, and one that has not come by as_of is censored
  there. Tallies are left out, as they do not tell when a report came. Days are calendar days with fractions.
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
    late_seconds AS duration,
    answer_state != 'overdue' AS event
FROM report_answer
WHERE answer_state IS NOT NULL
