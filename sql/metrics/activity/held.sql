/*---
id: activity.held
version: 1
title: Activities held
question: What was done, for which objective?
level: activity
unit: activities
by: [objective_id]
also_by: [[objective_id, kind], [objective_id, week], []]
estimator: sum
frame: week_frame
reads: [process]
decision: Where advisors' time goes. More is not better.
limits: >-
  A row that does not say how many pieces it stands for is one piece. A week is the ISO week of the day it was held.
  By objective and week, a week without activity is zero only where a report that could have told of some has come;
  otherwise it is not reported. Incomplete reporting of a week is not corrected for.
source: Measure of performance; counts as reported
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    objective_id,
    kind,
    cast(date_trunc('week', occurred_on) AS DATE) AS week,
    coalesce(count, 1) AS value
FROM activity
WHERE status = 'held'
