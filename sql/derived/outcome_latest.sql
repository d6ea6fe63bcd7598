/*---
id: outcome_latest
one_row_is: an outcome indicator with its latest two readings that have a value
level: outcome
---*/
WITH ranked AS (
    SELECT
        indicator_id,
        observed_on,
        value,
        progress,
        lead(progress) OVER (PARTITION BY indicator_id ORDER BY observed_on DESC) AS progress_before,
        row_number() OVER (PARTITION BY indicator_id ORDER BY observed_on DESC) AS from_latest
    FROM outcome_path
    WHERE value IS NOT NULL
)

SELECT
    outcome_indicator.row_key,
    outcome_indicator.objective_id,
    outcome_indicator.indicator_id,
    ranked.observed_on,
    ranked.value,
    ranked.progress,
    ranked.progress_before,
    outcome_indicator.noise,
    CASE
        WHEN ranked.value IS NULL OR outcome_indicator.target IS NULL THEN NULL
        WHEN outcome_indicator.direction = 'maintain'
            THEN
                abs(ranked.value - outcome_indicator.target)
                <= coalesce(outcome_indicator.tolerance, 0) + 1e-12 * abs(outcome_indicator.target)
        ELSE ranked.progress >= 1
    END AS met
FROM outcome_indicator
LEFT JOIN ranked ON outcome_indicator.indicator_id = ranked.indicator_id AND ranked.from_latest = 1
