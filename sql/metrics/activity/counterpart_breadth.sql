/*---
id: activity.counterpart_breadth
version: 1
title: Breadth of counterparts
question: How many different counterparts were met, and what part of the meetings was with NGOs?
level: activity
unit: counterparts
by: [objective_id]
also_by: [[objective_id, quarter], [quarter], []]
estimator: {count_distinct: {}, share: {}}
decision: Whether an objective rests on a few counterparts.
limits: >-
  A counterpart is an identifier as reported; one that goes by two is two. The share is that of pieces of activity
  held with an NGO, not of counterparts, among those whose type of counterpart is stated. Quarters of the calendar,
  by the day it was held.
source: Complete count
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    objective_id,
    counterpart_id AS value,
    cast(date_trunc('quarter', occurred_on) AS DATE) AS quarter,
    CASE
        WHEN counterpart_type = 'NGO' THEN coalesce(count, 1)
        WHEN counterpart_type IS NOT NULL THEN 0
    END AS numerator,
    coalesce(count, 1) AS denominator
FROM activity
WHERE status = 'held'
