/*---
id: burden.indicator_replay
version: 1
title: What a longer interval between readings would have lost
question: If indicators had been read every second, fourth, eighth or thirteenth time, what would have been lost?
level: process
unit: share
by: [objective_id]
also_by: [[objective_id, indicator_id], []]
estimator: replay
reads: [outcome]
decision: How often to read each indicator.
limits: >-
  As burden.cadence_replay, for outcome indicators: errors in units of the distance from baseline to target, a change
  beyond the indicator's stated noise is material. Hours are not known of readings.
source: Last observation carried forward; random walk s^2 (k-1)/2, line b (k-1)/2
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    outcome_reading.row_key,
    outcome_reading.objective_id,
    outcome_reading.indicator_id,
    outcome_reading.indicator_id AS series,
    cast(date_diff('day', DATE '1970-01-01', outcome_reading.observed_on) AS BIGINT) AS at,
    outcome_reading.value,
    abs(outcome_indicator.target - outcome_indicator.baseline) AS scale,
    outcome_indicator.noise,
    cadence_error.value AS error_limit,
    cadence_missed.value AS missed_limit,
    cadence_delay.value AS delay_limit
FROM outcome_reading
INNER JOIN outcome_indicator ON outcome_reading.indicator_id = outcome_indicator.indicator_id
LEFT JOIN tolerance AS cadence_error ON cadence_error.name = 'cadence_error'
LEFT JOIN tolerance AS cadence_missed ON cadence_missed.name = 'cadence_missed'
LEFT JOIN tolerance AS cadence_delay ON cadence_delay.name = 'cadence_delay_days'
WHERE outcome_reading.value IS NOT NULL
