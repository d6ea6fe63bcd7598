/*---
id: burden.answer_state
version: 2
title: Reports in time, late and overdue
question: Of the reports due, how many came in time, came late, or are still missing?
level: process
unit: reports
by: [template_id, answer_state]
also_by: [[answer_state]]
people: reporter_id
estimator: count
decision: Whether to move a due time (late) or to ask whether the report is needed (overdue).
limits: Tallies are left out, as they do not tell late from missing.
source: Complete count
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    reporter_id,
    template_id,
    answer_state
FROM report_answer
WHERE answer_state IS NOT NULL
