/*---
id: rotation.tenure_at_report
version: 1
title: Time in post when reporting
question: For how long had those who reported been there?
level: input
unit: days
by: []
also_by: [[template_id], [unit_id]]
people: reporter_id
estimator: quantile
reads: [process]
decision: Whether reports come from people who know the place.
limits: >-
  Days from the first day of the tour that covers the day of sending, at the unit reported for. Reports whose sender
  has no tour on record are counted as missing. With tours that overlap, the earlier one counts.
source: Quantiles by inverse CDF; order-statistic interval, Conover 1999, 3.2
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    template_id,
    unit_id,
    reporter_id,
    tenure_days AS value
FROM report_tenure
