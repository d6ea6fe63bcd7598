/*---
id: tour_end
one_row_is: a tour that has ended, and what became of the post
level: input
---*/
-- Tours of a post may overlap or be nested: a post is empty only after the last day of all tours begun by then.
WITH followed AS (
    SELECT
        tour.row_key,
        tour.unit_id,
        tour.reporter_id,
        tour.ended_on,
        bool_or(other.started_on <= tour.ended_on AND (other.ended_on IS NULL OR other.ended_on > tour.ended_on))
            AS overlapped,
        min(CASE WHEN other.started_on > tour.ended_on THEN other.started_on END) AS next_on
    FROM tour
    LEFT JOIN tour AS other ON tour.post_id = other.post_id AND tour.row_key != other.row_key
    WHERE tour.ended_on IS NOT NULL
    GROUP BY tour.row_key, tour.unit_id, tour.reporter_id, tour.ended_on
)

SELECT
    followed.row_key,
    followed.unit_id,
    followed.reporter_id,
    followed.next_on IS NOT NULL AS filled,
    cast(
        date_diff('day', followed.ended_on, coalesce(followed.next_on, as_of.as_of - INTERVAL 1 DAY)) AS BIGINT
    ) AS vacant_days,
    CASE
        WHEN followed.overlapped THEN 'overlap'
        WHEN followed.next_on IS NOT NULL THEN 'gap'
        ELSE 'open'
    END AS handover_state
FROM followed
CROSS JOIN as_of
