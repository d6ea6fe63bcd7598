/*---
id: outcome_moved
one_row_is: an objective with outcome indicators, and whether one of them was read twice, so that a change could be seen
level: outcome
---*/
SELECT
    min(row_key) AS row_key,
    objective_id,
    coalesce(bool_or(progress IS NOT NULL AND progress_before IS NOT NULL), FALSE) AS reported
FROM outcome_latest
GROUP BY objective_id
