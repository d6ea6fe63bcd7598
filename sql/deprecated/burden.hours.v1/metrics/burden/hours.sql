/*---
id: burden.hours
version: 1
title: Hours spent on reports
question: How many hours does reporting take?
level: process
unit: hours
by: [template_id]
also_by: [[week], [template_id, week], []]
people: reporter_id
estimator: {sum: {per_unit: 60}}
decision: Which report to ask for less often.
limits: >-
  Each report counts once, in its latest revision, in the ISO week of its period's last day. Minutes stated by the
  sender are measured; otherwise the template's central value is assumed, and the interval runs from its low to its
  high value: it is no confidence interval. A report without either is missing, not zero. Of reports that are
  known only by their number, all minutes are assumed. Not net of the normal course of business.
source: Paperwork Reduction Act, responses times hours per response
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
