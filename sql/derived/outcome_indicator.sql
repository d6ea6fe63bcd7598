/*---
id: outcome_indicator
one_row_is: an outcome indicator in force at as_of, as its objective is, with its version of today and of the start
level: neutral
---*/
WITH started AS (
    SELECT
        indicator.row_key,
        indicator.indicator_id,
        indicator.version,
        indicator.objective_id,
        indicator.unit,
        indicator.baseline,
        indicator.baseline_on,
        indicator.target,
        indicator.target_on,
        indicator.direction,
        indicator.tolerance,
        indicator.noise,
        indicator.interval_days,
        indicator.valid_to,
        row_number() OVER (PARTITION BY indicator.indicator_id ORDER BY indicator.version DESC) AS from_latest
    FROM indicator
    CROSS JOIN as_of
    WHERE
        indicator.level = 'outcome'
        AND (indicator.valid_from IS NULL OR indicator.valid_from < as_of.as_of)
)

SELECT
    today.row_key,
    today.indicator_id,
    today.objective_id,
    today.unit,
    today.baseline,
    today.baseline_on,
    today.target,
    today.target_on,
    today.direction,
    today.tolerance,
    today.noise,
    today.interval_days,
    CASE WHEN coalesce(original.unit, '') = coalesce(today.unit, '') THEN original.baseline END AS original_baseline,
    CASE WHEN coalesce(original.unit, '') = coalesce(today.unit, '') THEN original.target END AS original_target
FROM started AS today
CROSS JOIN as_of
INNER JOIN started AS original ON today.indicator_id = original.indicator_id AND original.version = 1
LEFT JOIN objective ON today.objective_id = objective.objective_id
WHERE
    today.from_latest = 1
    AND (today.valid_to IS NULL OR today.valid_to >= as_of.as_of)
    AND (objective.valid_to IS NULL OR objective.valid_to >= as_of.as_of)
