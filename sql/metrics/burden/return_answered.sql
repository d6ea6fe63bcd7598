/*---
id: burden.return_answered
version: 1
title: Reports that got an answer back
question: Of the reports sent, how many has anybody answered?
level: process
unit: share
by: [template_id]
also_by: [[], [unit_id]]
people: reporter_id
estimator: share
decision: Which form to answer, or to stop asking for.
limits: >-
  Any recorded answer counts: that it was read, a question, a summary sent back, a decision that used it. Answers by
  word of mouth are not in the log. Reports sent after the newest delivery of the log are missing, and where no log is
  sent every report is: that is not the same as no answer. Units are the clusters of the interval.
source: Share of reports; Wilson 1927 interval, n divided by the design effect (Kish 1965), t on clusters - 1
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    reporter_id,
    template_id,
    unit_id,
    unit_id AS cluster,
    answered AS numerator,
    TRUE AS denominator
FROM report_return
