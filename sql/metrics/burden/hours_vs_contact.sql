/*---
id: burden.hours_vs_contact
version: 2
title: Reporting hours beside contact hours
question: Of the hours spent reporting or with counterparts, how many go into reports?
level: process
unit: share of hours
by: []
also_by: [[week]]
estimator: {rate: {part: true}}
reads: [activity]
decision: Whether reporting crowds out the work that it tells of.
limits: >-
  Reporting hours as in burden.hours, central values where minutes are assumed; contact hours of what was held. A row
  without hours is missing. Other work (travel, preparation) is in neither. Advisors resemble themselves, so the
  interval treats each as a cluster.
source: Ratio; delete-one-cluster jackknife, Efron and Tibshirani 1993, 11.5
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    week,
    reporter_id AS cluster,
    minutes / 60 AS numerator,
    minutes / 60 AS denominator
FROM report_effort
UNION ALL
SELECT
    row_key,
    cast(date_trunc('week', occurred_on) AS DATE) AS week,
    reporter_id AS cluster,
    0 * hours AS numerator,
    hours AS denominator
FROM activity
WHERE status = 'held'
