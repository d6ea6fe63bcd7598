/*---
id: rotation.vacancy
version: 1
title: How long posts stand empty
question: When an advisor leaves, how long until the successor arrives?
level: input
unit: days
by: []
also_by: [[unit_id]]
people: reporter_id
estimator: {kaplan_meier: {at: [7, 21, 60], interval: log-log}}
decision: Whether to extend tours until the successor is there.
limits: >-
  From the last day of a tour to the first day of the next one in the post: a successor who starts the day after
  counts as 1 day. Vacancies that are still open are censored at as_of. Tours that another in the same post overlaps
  or follows on the same day leave no vacancy; rotation.handover counts them. Abolished posts look empty.
source: Kaplan and Meier 1958; Greenwood 1926 variance; log-log interval, Kalbfleisch and Prentice 1980
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    unit_id,
    reporter_id,
    vacant_days AS duration,
    filled AS event
FROM tour_end
WHERE handover_state != 'overlap'
