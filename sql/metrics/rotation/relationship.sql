/*---
id: rotation.relationship
version: 1
title: How long an advisor and a counterpart work together
question: How many months does a working relationship last?
level: input
unit: months
by: []
also_by: [[objective_id]]
people: reporter_id
estimator: {kaplan_meier: {at: [3, 6, 12], interval: log-log, per_unit: 30.4375}}
reads: [activity]
decision: Whether tours are long enough for trust to pay.
limits: >-
  From the first to the last activity that an advisor held with a counterpart. It is over when the advisor has left,
  or when they have not met for 91 days; otherwise it is censored at the last meeting. Who follows a relationship on
  is not known. A month is 30.4375 days.
source: Kaplan and Meier 1958; Greenwood 1926 variance; log-log interval, Kalbfleisch and Prentice 1980
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
WITH last_tour AS (
    SELECT
        reporter_id,
        bool_and(ended_on IS NOT NULL) AS has_left
    FROM tour
    GROUP BY reporter_id
),

pair AS (
    SELECT
        objective_id,
        reporter_id,
        counterpart_id,
        min(row_key) AS row_key,
        min(occurred_on) AS first_on,
        max(occurred_on) AS last_on
    FROM activity
    WHERE status = 'held' AND reporter_id IS NOT NULL AND counterpart_id IS NOT NULL
    GROUP BY objective_id, reporter_id, counterpart_id
)

SELECT
    pair.row_key,
    pair.objective_id,
    pair.reporter_id,
    cast(date_diff('day', pair.first_on, pair.last_on) AS BIGINT) AS duration,
    coalesce(last_tour.has_left, FALSE) OR pair.last_on < as_of.as_of - INTERVAL 91 DAY AS event
FROM pair
CROSS JOIN as_of
LEFT JOIN last_tour ON pair.reporter_id = last_tour.reporter_id
