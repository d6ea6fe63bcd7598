/*---
id: burden.field_novelty
version: 1
title: Answers that tell something new
question: How many answered fields differ from the report before?
level: process
unit: share
by: [template_id]
also_by: [[], [template_id, field_id], [unit_id], [objective_id]]
people: reporter_id
estimator: share
reads: [row]
decision: Which form or field can be asked for less often.
limits: >-
  Compared is the report just before in the series of form, unit and objective; first reports are left out and
  counted as missing. An answer after a blank is new, blanks are no answers, and spaces around a text do not count.
  Low novelty is no fault of the sender: what does not change is reported as it is. burden.confirmed_unchanged shows
  how much of the rest was ticked as unchanged; ticking all is a way to game this figure.
source: Share of changed answers; Wilson 1927 interval, n divided by the design effect (Kish 1965), t on clusters - 1
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    reporter_id,
    template_id,
    unit_id,
    objective_id,
    field_id,
    unit_id AS cluster,
    changed AS numerator,
    TRUE AS denominator
FROM field_answer
