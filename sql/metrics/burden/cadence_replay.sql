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
WITH state_answer AS (
    SELECT
        row_key,
        report_id,
        template_id,
        unit_id,
        objective_id,
        field_id,
        reporter_id,
        period_end,
        value_number,
        report_minutes,
        field_minutes
    FROM field_answer
    WHERE kind = 'state' AND value_number IS NOT NULL
),

asked AS (
    SELECT
        report_id,
        sum(field_minutes) AS minutes
    FROM state_answer
    GROUP BY report_id
)

SELECT
    state_answer.row_key,
    state_answer.template_id,
    state_answer.objective_id,
    state_answer.field_id,
    state_answer.reporter_id,
    concat_ws(
        '|',
        state_answer.template_id,
        state_answer.unit_id,
        coalesce(state_answer.objective_id, ''),
        state_answer.field_id
    ) AS series,
    cast(date_diff('day', DATE '1970-01-01', state_answer.period_end) AS BIGINT) AS at,
    state_answer.value_number AS value,
    state_answer.report_minutes * state_answer.field_minutes / nullif(asked.minutes, 0) AS minutes,
    cadence_error.value AS error_limit,
    cadence_missed.value AS missed_limit,
    cadence_delay.value AS delay_limit
FROM state_answer
INNER JOIN asked ON state_answer.report_id = asked.report_id
LEFT JOIN tolerance AS cadence_error ON cadence_error.name = 'cadence_error'
LEFT JOIN tolerance AS cadence_missed ON cadence_missed.name = 'cadence_missed'
LEFT JOIN tolerance AS cadence_delay ON cadence_delay.name = 'cadence_delay_days'
