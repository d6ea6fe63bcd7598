/*---
id: rotation.turnover
version: 1
title: Tours ended per post and year
question: How often does a post change hands?
level: input
unit: tours ended a post and year
by: []
also_by: [[unit_id]]
people: reporter_id
estimator: rate
decision: Whether tours should be longer.
limits: >-
  Tours that ended in the 364 days before as_of, over the posts and the part of that time since each had its first
  holder on record. A post that stood empty counts in full.
source: Ratio of sums; delete-one-cluster jackknife, Efron and Tibshirani 1993
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    min(tour.row_key) AS row_key,
    max(tour.reporter_id) AS reporter_id,
    tour.unit_id,
    tour.unit_id AS cluster,
    sum(CASE WHEN tour.ended_on >= as_of.as_of - INTERVAL 364 DAY THEN 1 ELSE 0 END) AS numerator,
    least(364, date_diff('day', min(tour.started_on), max(as_of.as_of))) / 365.25 AS denominator
FROM tour
CROSS JOIN as_of
GROUP BY tour.unit_id, tour.post_id
