/*---
id: quality.arrival_delay
version: 1
title: Time from sending a report to knowing it
question: How long does a report that was sent take to arrive here?
level: process
unit: days
by: [template_id]
also_by: [[], [unit_id]]
people: reporter_id
estimator: {quantile: {at: [0.5, 0.9], per_unit: 86400}}
decision: Whether lateness lies with the sender or with the way to headquarters, and how long to wait before judging.
limits: >-
  First revisions only. Known means the day that the file's name states for a declared backfill, else the arrival; a
  file dated earlier than its reports counts as no delay.
source: Quantiles by inverse CDF; order-statistic interval, Conover 1999, 3.2
owner: data-team
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    reporter_id,
    template_id,
    unit_id,
    greatest(0, cast(epoch(known_from) - epoch(submitted_at) AS BIGINT)) AS value
FROM report
WHERE revision = 0
