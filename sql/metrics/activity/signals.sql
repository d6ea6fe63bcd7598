/*---
id: activity.signals
version: 1
title: Changes in activity
question: Has the weekly activity of an objective changed, or does it only vary?
level: activity
unit: activities a week
by: [objective_id]
estimator: xmr
reads: [process]
decision: Whether a rise or fall is worth asking about. A signal is no judgement.
limits: >-
  Pieces held, whole ISO weeks before as_of. A week is zero only where a report that could have told of some has come,
  else it is a gap. Limits are frozen at 24 points and start again only at days that the profile names. Below five a
  week the chart goes by month (of the week's Thursday).
source: XmR chart; Shewhart 1931, Wheeler and Chambers 1992
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
WITH whole_week AS (
    SELECT
        week_frame.row_key,
        week_frame.objective_id,
        week_frame.week,
        week_frame.reported
    FROM week_frame
    CROSS JOIN as_of
    WHERE week_frame.week + INTERVAL 7 DAY <= as_of.as_of
),

limits_from AS (
    SELECT
        whole_week.objective_id,
        whole_week.week,
        max(rebase.day) AS base
    FROM whole_week
    INNER JOIN rebase ON whole_week.objective_id = rebase.objective_id AND whole_week.week >= rebase.day
    GROUP BY whole_week.objective_id, whole_week.week
),

held AS (
    SELECT
        row_key,
        objective_id,
        cast(date_trunc('week', occurred_on) AS DATE) AS week,
        coalesce(count, 1) AS value
    FROM activity
    WHERE status = 'held'
),

piece AS (
    SELECT
        held.row_key,
        held.objective_id,
        held.week,
        held.value
    FROM held
    INNER JOIN whole_week ON held.objective_id = whole_week.objective_id AND held.week = whole_week.week
    UNION ALL
    SELECT
        row_key || ':' || cast(week AS VARCHAR) AS row_key,
        objective_id,
        week,
        CASE WHEN reported THEN 0 END AS value
    FROM whole_week
)

SELECT
    piece.row_key,
    piece.objective_id,
    piece.week,
    piece.value,
    limits_from.base
FROM piece
LEFT JOIN limits_from ON piece.objective_id = limits_from.objective_id AND piece.week = limits_from.week
