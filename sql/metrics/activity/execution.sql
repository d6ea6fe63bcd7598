/*---
id: activity.execution
version: 1
title: Planned activities that were held
question: Of what was planned, how much took place?
level: activity
unit: share
by: [objective_id]
also_by: [[]]
estimator: share
decision: Whether plans are realistic, and where the obstacles are worth a talk with force protection.
limits: >-
  Counts what was planned for a day before as_of, by that day. What was postponed was planned and not held; else
  postponing would hide cancelling. Activities held without having been planned are in neither part.
  activity.plan_outcome shows both apart. Advisors resemble themselves, so the interval treats each as a cluster.
source: Wilson 1927 interval, n divided by the design effect (Kish 1965), t on clusters - 1
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    activity.row_key,
    activity.objective_id,
    activity.reporter_id AS cluster,
    CASE WHEN activity.status = 'held' THEN coalesce(activity.count, 1) ELSE 0 END AS numerator,
    coalesce(activity.count, 1) AS denominator
FROM activity
CROSS JOIN as_of
WHERE activity.planned_on < as_of.as_of
