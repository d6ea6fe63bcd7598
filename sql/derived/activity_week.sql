/*---
id: activity_week
one_row_is: a piece of activity held in a whole ISO week before as_of, or an objective's week, 0 where it was reported
level: activity
reads: [process]
---*/
-- The row of the week itself, which has no kind, keeps a week without activity in the series: 0, or null if unreported.
WITH span AS (
    SELECT
        week_frame.row_key,
        week_frame.objective_id,
        week_frame.week,
        week_frame.reported
    FROM week_frame
    CROSS JOIN as_of
    WHERE week_frame.week + INTERVAL 7 DAY <= as_of.as_of
),

held AS (
    SELECT
        row_key,
        objective_id,
        kind,
        hours,
        cast(date_trunc('week', occurred_on) AS DATE) AS week,
        coalesce(count, 1) AS value
    FROM activity
    WHERE status = 'held'
)

SELECT
    held.row_key,
    held.objective_id,
    held.week,
    held.kind,
    held.value,
    held.hours
FROM held
INNER JOIN span ON held.objective_id = span.objective_id AND held.week = span.week
UNION ALL
SELECT
    row_key || ':' || cast(week AS VARCHAR) AS row_key,
    objective_id,
    week,
    cast(NULL AS VARCHAR) AS kind,
    CASE WHEN reported THEN 0 END AS value,
    cast(NULL AS DOUBLE) AS hours
FROM span
