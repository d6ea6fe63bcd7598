/*---
id: separation.attention
version: 1
title: What the reporting looks at
question: What part of the answers that headquarters collects tells of change, and not of what was done?
level: comparison
unit: share
by: [objective_id]
also_by: [[template_id], []]
estimator: share
reads: [process, row]
decision: Which fields to drop, and which question about change to ask instead.
limits: >-
  Answered fields of the latest revision of each report; those whose concept is an outcome or an impact, of those whose
  level the form states. Fields that are not asked per objective stand apart, without objective. Units resemble
  themselves, so the interval treats each as a cluster. separation.attention_level has the levels one by one.
source: Wilson 1927 interval, n divided by the design effect (Kish 1965), t on clusters - 1
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    field_answer.row_key,
    field_answer.objective_id,
    field_answer.template_id,
    field_answer.unit_id AS cluster,
    CASE
        WHEN field.level IS NULL THEN NULL
        WHEN field.level IN ('outcome', 'impact') THEN 1
        ELSE 0
    END AS numerator,
    1 AS denominator
FROM field_answer
INNER JOIN field ON field_answer.template_id = field.template_id AND field_answer.field_id = field.field_id
