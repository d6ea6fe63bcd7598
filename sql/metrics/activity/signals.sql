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
WITH limits_from AS (
    SELECT
        activity_week.objective_id,
        activity_week.week,
        max(rebase.day) AS base
    FROM activity_week
    INNER JOIN rebase ON activity_week.objective_id = rebase.objective_id AND activity_week.week >= rebase.day
    GROUP BY activity_week.objective_id, activity_week.week
)

SELECT
    activity_week.row_key,
    activity_week.objective_id,
    activity_week.week,
    activity_week.value,
    limits_from.base
FROM activity_week
LEFT JOIN limits_from
    ON activity_week.objective_id = limits_from.objective_id AND activity_week.week = limits_from.week
