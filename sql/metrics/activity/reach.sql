/*---
id: activity.reach
version: 1
title: People trained or reached
question: How many people took part?
level: output
unit: people
by: [objective_id]
also_by: [[objective_id, kind], [kind], []]
estimator: sum
decision: Whom the mission reaches. More is not better.
limits: >-
  Participants as reported of what was held, counted each time: one who came twice is two. A row without a number is
  missing, not zero.
source: Counts as reported
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    objective_id,
    kind,
    participants AS value
FROM activity
WHERE status = 'held'
