/*---
id: separation.goodhart
version: 1
title: A count before and after it was reportable
question: Did the count change when it became reportable, without more time behind it?
level: comparison
unit: activities per hour
by: [objective_id, kind]
estimator: before_after
reads: [activity, process]
decision: Whether a count still means what it meant, and whether to stop setting targets for it.
limits: >-
  Counts that the profile names, up to 52 whole weeks to either side of the day since when each is reportable. Pieces
  held of that kind and their contact hours. It compares two times: other things may have changed on that day too.
source: Ratio; delete-one jackknife over weeks, Efron and Tibshirani 1993, 11.5; delta method for the change
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
WITH span AS (
    SELECT
        week_frame.row_key,
        week_frame.objective_id,
        reportable_count.kind,
        week_frame.week,
        week_frame.reported,
        reportable_count.since,
        reportable_count.target_per_week AS target
    FROM week_frame
    CROSS JOIN as_of
    INNER JOIN reportable_count ON week_frame.objective_id = reportable_count.objective_id
    WHERE
        week_frame.week + INTERVAL 7 DAY <= as_of.as_of
        AND week_frame.week + INTERVAL 364 DAY >= reportable_count.since
        AND week_frame.week < reportable_count.since + INTERVAL 364 DAY
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
    held.kind,
    held.week,
    held.value,
    held.hours,
    span.since,
    span.target
FROM held
INNER JOIN span ON held.objective_id = span.objective_id AND held.kind = span.kind AND held.week = span.week
UNION ALL
SELECT
    row_key || ':' || kind || ':' || cast(week AS VARCHAR) AS row_key,
    objective_id,
    kind,
    week,
    CASE WHEN reported THEN 0 END AS value,
    cast(NULL AS DOUBLE) AS hours,
    since,
    target
FROM span
