/*---
id: burden.completeness
version: 2
title: Reports due that came
question: Do the reports that are due come?
level: process
unit: share
by: [template_id]
also_by: [[], [unit_id], [week]]
people: reporter_id
estimator: share
decision: Whether figures built on these reports can be trusted, and whom to help.
limits: >-
  Only a report of the same form, unit (or of the unit that sends for it) and first day of the period answers one that
  was due, so the share is never above one; unexpected reports are left out. A week is that of the period's last day. Of
  tallies the smaller of received and expected counts, and the excess is a caveat. A tally of days that are counted
  anyway, by one told later or by single reports that are due, is missing. Units are the clusters of the interval.
source: Completeness as in DHIS2; Wilson 1927 interval, n divided by the design effect (Kish 1965), t on clusters - 1
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
    came AS numerator,
    due AS denominator,
    unit_id AS cluster,
    excess
FROM report_answer
