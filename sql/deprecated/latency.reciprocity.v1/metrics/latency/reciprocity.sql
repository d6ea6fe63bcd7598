/*---
id: latency.reciprocity
version: 1
title: What headquarters asks of the mission, beside how it answers
question: How many hours a week does a headquarters ask for in reports, and how long do requests to it wait?
level: comparison
reads: [process]
unit: days
by: [hq]
estimator: {reciprocity: {weeks: 13, per_unit: 86400}}
decision: What to bring to the table when reports or answers are negotiated.
limits: >-
  Hours of the reports that go to the headquarters, of periods that ended in 13 weeks, the newest full week left out
  since its reports are hardly due yet, with minutes measured or assumed as in burden.hours; the interval of assumed
  ones is no confidence interval. Reports to a headquarters that are passed on by the mission's own are not seen. The
  two figures are not divided by each other.
source: Hours as under the Paperwork Reduction Act; median of Kaplan and Meier 1958 with log-log interval
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    hq,
    FALSE AS asked,
    waited_seconds AS duration,
    decided AS event,
    entry_seconds AS entry,
    cast(NULL AS DOUBLE) AS minutes,
    cast(NULL AS DOUBLE) AS minutes_low,
    cast(NULL AS DOUBLE) AS minutes_high
FROM request_wait
UNION ALL
SELECT
    report_effort.row_key,
    headquarters.hq,
    TRUE AS asked,
    cast(NULL AS BIGINT) AS duration,
    FALSE AS event,
    cast(NULL AS BIGINT) AS entry,
    report_effort.minutes,
    report_effort.minutes_low,
    report_effort.minutes_high
FROM report_effort
CROSS JOIN as_of
INNER JOIN template ON report_effort.template_id = template.template_id
INNER JOIN headquarters ON template.recipient = headquarters.hq
WHERE
    report_effort.week < cast(date_trunc('week', as_of.as_of) AS DATE) - INTERVAL 7 DAY
    AND report_effort.week >= cast(date_trunc('week', as_of.as_of) AS DATE) - INTERVAL 98 DAY
