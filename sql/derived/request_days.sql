/*---
id: request_days
one_row_is: a request and the days that it has waited, by who was at work on them
level: process
---*/
-- Days after the day it was raised up to and with the day it ended, in the mission's time zone: a decision on the same
-- day takes none. Null where the headquarters has no calendar, or the calendar does not reach back so far.
WITH counted AS (
    SELECT
        there.place,
        there.day,
        sum(CASE WHEN home.working THEN 1 ELSE 0 END) OVER upto AS mission_number,
        sum(CASE WHEN there.working THEN 1 ELSE 0 END) OVER upto AS hq_number,
        sum(CASE WHEN home.working AND there.working THEN 1 ELSE 0 END) OVER upto AS both_number,
        row_number() OVER upto AS day_number
    FROM calendar_day AS there
    INNER JOIN calendar_day AS home ON there.day = home.day AND home.home
    WINDOW upto AS (PARTITION BY there.place ORDER BY there.day)
)

SELECT
    request_wait.row_key,
    request_wait.hq,
    request_wait.request_type,
    request_wait.priority,
    request_wait.decided,
    request_wait.stale,
    cast(last_day.day_number - first_day.day_number AS BIGINT) AS all_days,
    cast(last_day.mission_number - first_day.mission_number AS BIGINT) AS mission_days,
    cast(last_day.hq_number - first_day.hq_number AS BIGINT) AS hq_days,
    cast(last_day.both_number - first_day.both_number AS BIGINT) AS both_days,
    cast(nullif(entry_day.mission_number - first_day.mission_number, 0) AS BIGINT) AS entry_mission_days,
    cast(nullif(entry_day.hq_number - first_day.hq_number, 0) AS BIGINT) AS entry_hq_days,
    cast(nullif(entry_day.both_number - first_day.both_number, 0) AS BIGINT) AS entry_both_days
FROM request_wait
LEFT JOIN counted AS first_day
    ON request_wait.hq_place = first_day.place AND request_wait.raised_day = first_day.day
LEFT JOIN counted AS last_day
    ON request_wait.hq_place = last_day.place AND request_wait.end_day = last_day.day
LEFT JOIN counted AS entry_day
    ON request_wait.hq_place = entry_day.place AND request_wait.entry_day = entry_day.day
