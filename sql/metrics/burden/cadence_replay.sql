/*---
id: burden.cadence_replay
version: 1
title: What a longer interval between reports would have lost
question: If only every second, fourth, eighth or thirteenth report had come, what would have been wrong, missed, late?
level: process
unit: share
by: [template_id]
also_by: [[template_id, field_id], [template_id, objective_id]]
people: reporter_id
estimator: replay
reads: [row]
decision: Whether to ask for a report less often.
limits: >-
  Fields that tell a state as a number only: counts simply add up over a longer interval. A series is a form, a unit,
  an objective and a field; its scale is its own range. Every phase is replayed and the worst shown. A change of more
  than a tenth of the range since the last such change is material. Hours saved are an upper bound: the minutes of the
  whole report go to its state fields, by the minutes of each. It replays what was reported, not what happened
  between reports.
source: Last observation carried forward; random walk s^2 (k-1)/2, line b (k-1)/2
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    field_answer.row_key,
    field_answer.template_id,
    field_answer.objective_id,
    field_answer.field_id,
    field_answer.reporter_id,
    concat_ws(
        '|',
        field_answer.template_id,
        field_answer.unit_id,
        coalesce(field_answer.objective_id, ''),
        field_answer.field_id
    ) AS series,
    cast(date_diff('day', DATE '1970-01-01', field_answer.period_end) AS BIGINT) AS at,
    field_answer.value_number AS value,
    field_answer.report_minutes * field_answer.field_minutes
    / nullif(sum(field_answer.field_minutes) OVER (PARTITION BY field_answer.report_id), 0) AS minutes,
    cadence_error.value AS error_limit,
    cadence_missed.value AS missed_limit,
    cadence_delay.value AS delay_limit
FROM field_answer
LEFT JOIN tolerance AS cadence_error ON cadence_error.name = 'cadence_error'
LEFT JOIN tolerance AS cadence_missed ON cadence_missed.name = 'cadence_missed'
LEFT JOIN tolerance AS cadence_delay ON cadence_delay.name = 'cadence_delay_days'
WHERE field_answer.kind = 'state' AND field_answer.value_number IS NOT NULL
