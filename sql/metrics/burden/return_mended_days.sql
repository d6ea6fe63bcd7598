/*---
id: burden.return_mended_days
version: 1
title: Days until a refused row is mended
question: How long after a row was refused is it taken up mended, with those still open counted in?
level: process
unit: days
by: []
also_by: [[unit_id]]
people: reporter_id
estimator:
  kaplan_meier: {at: [7, 30, 90], interval: log-log, per_unit: 86400}
decision: Whether refused rows come back in time for the figures, and which units to call.
limits: >-
  From the delivery that held the row to the delivery that brought it mended, by the moments from which they count as
  known; a row refused again is still open. Open rows are censored at as_of. As in burden.return_rows each unit and
  sender with a report has a line, here censored at nought, which moves no figure after it: so the people behind a
  figure are all who report for the unit, and a hidden unit does not show by having a figure whether it had refused
  rows; n counts these lines too.
source: Kaplan and Meier 1958; Greenwood 1926 variance; log-log interval, Kalbfleisch and Prentice 1980
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    unit_id,
    reporter_id,
    open_seconds AS duration,
    mended AS event
FROM refused_row
UNION ALL
SELECT
    row_key,
    unit_id,
    reporter_id,
    cast(0 AS BIGINT) AS duration,
    FALSE AS event
FROM unit_sender
