/*---
id: burden.return_used
version: 1
title: Reports that a decision used
question: Of the reports sent, how many is a decision recorded to have used?
level: process
unit: share
by: [template_id]
also_by: [[], [unit_id]]
people: reporter_id
estimator: share
decision: Whether a form informs decisions, and which senders to tell so.
limits: >-
  A decision that nobody noted down beside the report is not known here. Otherwise as burden.return_answered; what the
  answers could be used for, by the profile, is burden.return_fields.
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
    used AS numerator,
    TRUE AS denominator
FROM report_return
