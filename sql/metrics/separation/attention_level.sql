/*---
id: separation.attention_level
version: 1
title: Answers by level of the result chain
question: How many answers tell of means, of what was done, of what changed?
level: comparison
unit: answers
by: [objective_id, field_level]
also_by: [[template_id, field_level], [field_level]]
estimator: count
reads: [process, row]
decision: Which fields to drop, and which question about change to ask instead.
limits: Answered fields of the latest revision of each report, by the level that the form states for the field.
source: Complete count
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    field_answer.row_key,
    field_answer.objective_id,
    field_answer.template_id,
    coalesce(field.level, 'not stated') AS field_level
FROM field_answer
INNER JOIN field ON field_answer.template_id = field.template_id AND field_answer.field_id = field.field_id
