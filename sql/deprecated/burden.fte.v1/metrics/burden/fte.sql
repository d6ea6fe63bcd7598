/*---
id: burden.fte
version: 1
title: Reporting in full-time posts
question: To how many people working on nothing else does reporting amount?
level: process
unit: full-time posts
by: [week]
also_by: [[template_id, week]]
people: reporter_id
estimator: {sum: {per_unit: 2400}}
decision: Whether the mission can afford its reports with the posts that it has.
limits: >-
  Hours of a week over a working week of 40 hours. A report counts in the week of its period's last day, so that a
  monthly one weighs on one week. Otherwise as burden.hours.
source: Responses times hours per response, over 40 hours
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    reporter_id,
    template_id,
    week,
    minutes AS value,
    minutes_low AS low,
    minutes_high AS high,
    assumed
FROM report_effort
