/*---
id: burden.field_retirement
version: 1
title: Minutes a month that told nothing new and have no recorded use
question: Which fields take time, change little, and are used by nobody?
level: process
unit: minutes a month
by: [template_id, field_id]
also_by: [[template_id], []]
people: reporter_id
estimator: sum
reads: [row]
decision: Which fields to retire.
limits: >-
  Minutes of the field, as the form assumes them, for each answer that repeated the report before, over the last 364
  days or as many as the field has been answered, per month of 30.4375 days. Fields with a recorded use and alarm
  fields are exempt. That no use is recorded does not prove that there is none: ask before retiring.
source: Minutes times (1 - novelty)
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    field_answer.row_key,
    field_answer.reporter_id,
    field_answer.template_id,
    field_answer.field_id,
    CASE WHEN field_answer.changed THEN 0 ELSE field_answer.field_minutes END * 30.4375
    / nullif(
        least(
            364,
            date_diff(
                'day',
                min(field_answer.period_start) OVER (PARTITION BY field_answer.template_id, field_answer.field_id),
                as_of.as_of
            )
        ),
        0
    ) AS value
FROM field_answer
CROSS JOIN as_of
WHERE
    field_answer.uses = 0
    AND NOT coalesce(field_answer.alarm, FALSE)
    AND field_answer.changed IS NOT NULL
    AND field_answer.period_start >= as_of.as_of - INTERVAL 364 DAY
