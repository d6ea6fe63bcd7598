/*---
id: outcome_progress
one_row_is: a reading of an outcome indicator beside the indicator's definition, or an indicator that was never read
level: outcome
---*/
SELECT
    outcome_indicator.objective_id,
    outcome_indicator.indicator_id,
    outcome_reading.observed_on,
    outcome_reading.value,
    outcome_indicator.baseline,
    outcome_indicator.target,
    outcome_indicator.direction,
    outcome_indicator.tolerance,
    outcome_indicator.original_baseline,
    outcome_indicator.original_target,
    coalesce(outcome_reading.row_key, outcome_indicator.row_key) AS row_key
FROM outcome_indicator
LEFT JOIN outcome_reading ON outcome_indicator.indicator_id = outcome_reading.indicator_id
