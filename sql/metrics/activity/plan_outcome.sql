/*---
id: activity.plan_outcome
version: 1
title: What became of plans
question: How much was held as planned, cancelled, postponed, left without word, or held unplanned?
level: activity
unit: activities
by: [objective_id, plan_outcome]
also_by: [[plan_outcome]]
estimator: sum
decision: Whether postponing hides cancelling, and how much work is unplanned.
limits: >-
  'no word' is planned for a day before as_of with nothing heard since. Counted by the row, a row without a number
  being one piece.
source: Counts as reported
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    activity.row_key,
    activity.objective_id,
    CASE
        WHEN activity.status = 'held' AND activity.planned_on IS NULL THEN 'unplanned'
        WHEN activity.status = 'planned' THEN 'no word'
        ELSE activity.status
    END AS plan_outcome,
    coalesce(activity.count, 1) AS value
FROM activity
CROSS JOIN as_of
WHERE activity.planned_on < as_of.as_of OR (activity.status = 'held' AND activity.planned_on IS NULL)
