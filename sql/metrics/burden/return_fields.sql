/*---
id: burden.return_fields
version: 1
title: Answers with a recorded use
question: Of the fields answered, how many does anybody use, by what the profile records?
level: process
unit: share
by: [template_id]
also_by: [[], [unit_id], [objective_id]]
people: reporter_id
estimator: share
reads: [row]
decision: Which form to thin out, or whose use to write down.
limits: >-
  A use is what the profile records beside a field: who decides what with it. A use that nobody wrote down is not known
  here, and one that is written down need not happen; burden.return_used counts what did. Alarm fields count as used
  where a use is recorded only. Answers to fields that the profile does not have are missing.
source: Share of answers; Wilson 1927 interval, n divided by the design effect (Kish 1965), t on clusters - 1
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
    unit_id AS cluster,
    uses > 0 AS numerator,
    TRUE AS denominator
FROM field_answer
