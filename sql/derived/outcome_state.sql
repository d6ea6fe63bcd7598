/*---
id: outcome_state
one_row_is: an outcome indicator, and how fresh its latest reading is
level: outcome
---*/
WITH latest AS (
    SELECT
        indicator_id,
        max(observed_on) AS read_on
    FROM outcome_reading
    WHERE value IS NOT NULL
    GROUP BY indicator_id
),

aged AS (
    SELECT
        outcome_indicator.row_key,
        outcome_indicator.objective_id,
        outcome_indicator.indicator_id,
        outcome_indicator.interval_days,
        latest.read_on,
        outcome_indicator.baseline IS NOT NULL AND outcome_indicator.target IS NOT NULL AS defined,
        cast(date_diff('day', latest.read_on, as_of.as_of) AS BIGINT) AS age_days
    FROM outcome_indicator
    CROSS JOIN as_of
    LEFT JOIN latest ON outcome_indicator.indicator_id = latest.indicator_id
)

SELECT
    row_key,
    objective_id,
    indicator_id,
    read_on,
    age_days,
    defined,
    CASE
        WHEN age_days IS NULL THEN 'never'
        WHEN 2 * age_days <= 3 * interval_days THEN 'fresh'
        ELSE 'stale'
    END AS reading_state
FROM aged
