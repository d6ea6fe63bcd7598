/*---
id: separation.unmeasured_activity
version: 1
title: Hours without a reading
question: How much of the contact time goes to objectives whose progress nobody read in that time?
level: comparison
unit: share of contact hours
by: []
also_by: [[objective_id]]
estimator: {rate: {part: true}}
reads: [activity, outcome]
decision: Where to read an indicator before spending more time.
limits: >-
  Contact hours of the last 13 weeks, of what was held; a row without hours is missing. An objective counts as read
  when one of its outcome indicators has a reading with a value in those weeks. All hours are counted, so there is no
  interval.
source: Complete count
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
WITH was_read AS (
    SELECT DISTINCT outcome_reading.objective_id
    FROM outcome_reading
    CROSS JOIN as_of
    WHERE outcome_reading.value IS NOT NULL AND outcome_reading.observed_on >= as_of.as_of - INTERVAL 91 DAY
)

SELECT
    activity.row_key,
    activity.objective_id,
    CASE WHEN was_read.objective_id IS NULL THEN activity.hours ELSE 0 * activity.hours END AS numerator,
    activity.hours AS denominator
FROM activity
CROSS JOIN as_of
LEFT JOIN was_read ON activity.objective_id = was_read.objective_id
WHERE activity.status = 'held' AND activity.occurred_on >= as_of.as_of - INTERVAL 91 DAY
