/*---
id: latency.outlived_tour
version: 1
title: Requests that outlive the tour of who raised them
question: How often is a request still undecided when the one who raised it has left?
level: process
reads: [input]
unit: share
by: [hq]
also_by: [[hq, request_type], []]
estimator: share
decision: Which requests to hand over in writing, and whether to raise them at all late in a tour.
limits: >-
  Of requests whose raiser's tour has ended. The tour is the one that the request was raised in; where tours overlap,
  the one that ended last. A decision on the last day is in time; a request withdrawn before it does not outlive the
  tour. Requests without a known raiser or tour are missing; those of people still in post are left out.
source: Share with Wilson's interval by raiser, design effect of Kish 1965
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
WITH raised_in AS (
    SELECT
        request_wait.row_key,
        max(coalesce(tour.ended_on, DATE '9999-12-31')) AS left_on
    FROM request_wait
    INNER JOIN tour
        ON
            request_wait.raised_by = tour.reporter_id
            AND request_wait.raised_day >= tour.started_on
            AND request_wait.raised_day <= coalesce(tour.ended_on, request_wait.raised_day)
    GROUP BY request_wait.row_key
)

SELECT
    request_wait.row_key,
    request_wait.hq,
    request_wait.request_type,
    request_wait.raised_by AS cluster,
    CASE
        WHEN raised_in.left_on IS NOT NULL
            THEN request_wait.is_open OR request_wait.end_day > raised_in.left_on
    END AS numerator,
    TRUE AS denominator
FROM request_wait
LEFT JOIN raised_in ON request_wait.row_key = raised_in.row_key
WHERE request_wait.raised_by IS NOT NULL AND coalesce(raised_in.left_on < DATE '9999-12-31', TRUE)
