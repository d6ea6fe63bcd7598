/*---
id: impact_reading
one_row_is: a reading of an impact indicator
level: impact
---*/
SELECT
    row_key,
    indicator_id,
    objective_id,
    observed_on,
    value,
    verified_by
FROM observation
WHERE level = 'impact'
