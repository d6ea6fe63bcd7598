/*---
id: post_state
one_row_is: a post of an open unit that has had a holder, and whether today's holder is qualified
level: input
---*/
SELECT
    tour.unit_id,
    tour.post_id,
    min(tour.row_key) AS row_key,
    min(CASE WHEN tour.ended_on IS NULL THEN tour.reporter_id END) AS reporter_id,
    CASE
        WHEN count(CASE WHEN tour.ended_on IS NULL THEN 1 END) = 0 THEN FALSE
        ELSE bool_or(CASE WHEN tour.ended_on IS NULL THEN tour.qualified END)
    END AS qualified
FROM tour
CROSS JOIN as_of
LEFT JOIN unit ON tour.unit_id = unit.unit_id
WHERE unit.valid_to IS NULL OR unit.valid_to >= as_of.as_of
GROUP BY tour.unit_id, tour.post_id
