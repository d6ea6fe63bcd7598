/*---
id: outcome_reading
one_row_is: a reading of an outcome indicator, in the unit that the indicator has today
level: outcome
---*/
-- Versions of an indicator may differ in unit; a reading counts only where the version of its day has today's unit.
WITH reading AS (
    SELECT
        row_key,
        indicator_id,
        observed_on,
        value,
        verified_by
    FROM observation
    WHERE level = 'outcome'
),

foreign_unit AS (
    SELECT DISTINCT reading.row_key
    FROM reading
    INNER JOIN indicator
        ON
            reading.indicator_id = indicator.indicator_id
            AND (indicator.valid_from IS NULL OR reading.observed_on >= indicator.valid_from)
            AND (indicator.valid_to IS NULL OR reading.observed_on <= indicator.valid_to)
    INNER JOIN outcome_indicator ON reading.indicator_id = outcome_indicator.indicator_id
    WHERE indicator.unit IS DISTINCT FROM outcome_indicator.unit
)

SELECT
    reading.row_key,
    reading.indicator_id,
    outcome_indicator.objective_id,
    reading.observed_on,
    reading.value,
    reading.verified_by
FROM reading
INNER JOIN outcome_indicator ON reading.indicator_id = outcome_indicator.indicator_id
LEFT JOIN foreign_unit ON reading.row_key = foreign_unit.row_key
WHERE foreign_unit.row_key IS NULL
