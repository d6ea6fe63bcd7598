/*---
id: activity.cancelled
version: 1
title: Cancelled activities by cause
question: Why did planned activities not take place?
level: activity
unit: activities
by: [objective_id, cause]
also_by: [[cause], [objective_id], []]
estimator: sum
decision: Which obstacle to raise, and with whom. Low activity under restricted movement is not low effort.
limits: >-
  Counted by the row, a row without a number being one piece. Causes as stated by the sender; 'not stated' where none
  was. What was postponed is in activity.plan_outcome.
source: Counts as reported
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    objective_id,
    coalesce(cancel_reason, 'not stated') AS cause,
    coalesce(count, 1) AS value
FROM activity
WHERE status = 'cancelled'
