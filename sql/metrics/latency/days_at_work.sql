/*---
id: latency.days_at_work
version: 1
title: Days of waiting by who was at work
question: On how many of the days waited did only one side work, neither, or both?
level: process
unit: days
by: [hq, at_work]
also_by: [[hq, request_type, at_work], [at_work]]
estimator: sum
decision: Whether shifting a duty day would shorten waits, and how much of a wait is nobody's fault.
limits: >-
  Days after the day of raising up to and with the day that the wait ended, or up to which it is known to last, of
  open requests too. The four parts add up to all days waited. A headquarters without calendar is missing.
source: Complete count of days by the calendars of the mission's home place and of headquarters
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    hq,
    request_type,
    both_days AS value,
    'both' AS at_work
FROM request_days
UNION ALL
SELECT
    row_key,
    hq,
    request_type,
    mission_days - both_days AS value,
    'mission only' AS at_work
FROM request_days
UNION ALL
SELECT
    row_key,
    hq,
    request_type,
    hq_days - both_days AS value,
    'headquarters only' AS at_work
FROM request_days
UNION ALL
SELECT
    row_key,
    hq,
    request_type,
    all_days - mission_days - hq_days + both_days AS value,
    'neither' AS at_work
FROM request_days
