/*---
id: burden.timeliness
version: 2
title: Reports due that came in time
question: Do reports come by the time they are due?
level: process
unit: share
by: [template_id]
also_by: [[], [unit_id], [week]]
people: reporter_id
estimator: share
decision: Whether due times fit the week of those who report.
limits: >-
  A report is in time when its first revision was sent by the instant it was due; late ones and those still missing
  both count against it, and burden.answer_state tells them apart. Otherwise as burden.completeness.
source: Timeliness as in DHIS2; Wilson 1927 interval, n divided by the design effect (Kish 1965), t on clusters - 1
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    reporter_id,
    template_id,
    unit_id,
    week,
    on_time AS numerator,
    due AS denominator,
    unit_id AS cluster
FROM report_answer
