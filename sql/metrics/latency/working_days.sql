/*---
id: latency.working_days
version: 1
title: Time to decision in working days
question: How many working days does a request wait, by the mission's calendar, by headquarters' own, and by both?
level: process
unit: working days
by: [hq, calendar]
estimator:
  kaplan_meier: {at: [20, 40, 60, 120], interval: log-log}
decision: Whether a long wait is a slow answer or two weekends that do not meet, and which reply time can be promised.
limits: >-
  Days after the day of raising up to and with the day of the decision, as days of the mission's time zone, that were
  working days of the calendar; of 'both' only days on which both sides worked. Each request counts once in each
  calendar. A headquarters without calendar in the profile has no figure. Calendars are those of the publication.
source: >-
  Kaplan and Meier 1958 on waits (start, end] in working days; log-log interval
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    hq,
    mission_days AS duration,
    decided AS event,
    entry_mission_days AS entry,
    stale,
    'mission' AS calendar
FROM request_days
UNION ALL
SELECT
    row_key,
    hq,
    hq_days AS duration,
    decided AS event,
    entry_hq_days AS entry,
    stale,
    'headquarters' AS calendar
FROM request_days
UNION ALL
SELECT
    row_key,
    hq,
    both_days AS duration,
    decided AS event,
    entry_both_days AS entry,
    stale,
    'both' AS calendar
FROM request_days
