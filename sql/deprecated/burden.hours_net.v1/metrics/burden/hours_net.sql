/*---
id: burden.hours_net
version: 1
title: Hours spent on reports beyond the normal course of business
question: How many hours does reporting take that would not be spent anyway?
level: process
unit: hours
by: [template_id]
also_by: [[week], [template_id, week], []]
people: reporter_id
estimator: {sum: {per_unit: 60}}
decision: What dropping a report would free.
limits: >-
  As burden.hours, less the share of each form that the profile states to be spent anyway; a form without a stated
  share counts in full. The share is a judgement, not a measurement.
source: Paperwork Reduction Act, normal course of business, 5 CFR 1320.3(b)(2)
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    reporter_id,
    template_id,
    week,
    minutes * beyond_normal_course AS value,
    minutes_low * beyond_normal_course AS low,
    minutes_high * beyond_normal_course AS high,
    assumed
FROM report_effort
