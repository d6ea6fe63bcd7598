/*---
id: output_reading
one_row_is: a reading of an output indicator
level: output
---*/
SELECT
    row_key,
    indicator_id,
    objective_id,
    observed_on,
    value,
    verified_by
FROM observation
WHERE level = 'output'
