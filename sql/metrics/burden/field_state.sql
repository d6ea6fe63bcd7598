/*---
id: burden.field_state
version: 1
title: What the fields of reports hold
question: How many fields hold a number, a zero, words or a tick, how many do not apply, and how many were left blank?
level: process
unit: fields
by: [template_id, field_state]
also_by: [[field_state]]
people: reporter_id
estimator: count
reads: [row]
decision: Whether to drop a form for those to whom it does not apply, or to ask why it is left blank.
limits: >-
  Fields that a report does not name are not counted; whole reports that are missing are in burden.completeness.
  What does not apply is known only where the source's mapping names the words for it.
source: Complete count
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    reporter_id,
    template_id,
    field_state
FROM field_entry
