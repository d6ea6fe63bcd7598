/*---
id: activity.contact_hours
version: 1
title: Hours with counterparts
question: How many hours were spent with counterparts, for which objective?
level: activity
unit: hours
by: [objective_id]
also_by: [[objective_id, week], [week], []]
estimator: sum
frame: week_frame
reads: [process]
decision: Where advisors' time goes. More is not better.
limits: >-
  Hours as reported, of what was held; a row without hours is missing, not zero. A week is the ISO week of the day it
  was held; by objective and week, silence is told from zero as in activity.held.
source: Measure of performance; hours as reported
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    objective_id,
    cast(date_trunc('week', occurred_on) AS DATE) AS week,
    hours AS value
FROM activity
WHERE status = 'held'
