/*---
id: outcome_path
one_row_is: a reading of an outcome indicator as progress, or an indicator that was never read
level: outcome
---*/
-- Progress is null for an indicator to be maintained, and without a baseline and a target that differ.
SELECT
    outcome_indicator.objective_id,
    outcome_indicator.indicator_id,
    outcome_indicator.baseline_on,
    outcome_indicator.target_on,
    outcome_indicator.noise,
    outcome_reading.observed_on,
    outcome_reading.value,
    CASE
        WHEN coalesce(outcome_indicator.direction, '') != 'maintain'
            THEN
                (outcome_reading.value - outcome_indicator.baseline)
                / nullif(outcome_indicator.target - outcome_indicator.baseline, 0)
    END AS progress,
    coalesce(outcome_reading.row_key, outcome_indicator.row_key) AS row_key
FROM outcome_indicator
LEFT JOIN outcome_reading ON outcome_indicator.indicator_id = outcome_reading.indicator_id
