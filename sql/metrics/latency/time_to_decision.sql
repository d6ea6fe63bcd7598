/*---
id: latency.time_to_decision
version: 1
title: Time from request to decision
question: How long does a request wait for a decision, with those still waiting counted in?
level: process
unit: days
by: [hq]
also_by: [[hq, request_type], [hq, priority]]
estimator:
  kaplan_meier: {at: [30, 60, 90, 180], tau: 180, interval: log-log, per_unit: 86400}
  request_log: {}
decision: Whether to escalate a class of requests, and what reply time to promise counterparts.
limits: >-
  Requests that were never logged are invisible. An open request is censored at the earlier of as_of and the last
  extract of the source that told of it: the latest delivery known before as_of, also one that repeats only what is
  known. Where a backfill states for each row when it became known, the log has no extracts and runs to as_of, or to
  its newest row where that is older. A withdrawn request is censored at its withdrawal; a decision, where there is
  one, comes first. Days are calendar days with fractions, to the second. Whether headquarters is silent or the log
  holds closed requests only is reckoned in whole days, for the whole log and for each part of it that is shown.
source: >-
  Kaplan and Meier 1958; Greenwood 1926 variance; log-log interval, Kalbfleisch and Prentice 1980
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    hq,
    request_type,
    priority,
    waited_seconds AS duration,
    decided AS event,
    entry_seconds AS entry,
    stale,
    raised_day,
    end_day,
    entry_day,
    is_open,
    days_without_work
FROM request_wait
