/*---
id: separation.goodhart
version: 1
title: A count before and after it was reportable
question: Did the count change when it became reportable, without more time behind it?
level: comparison
unit: activities per hour
by: [objective_id, kind]
estimator: before_after
reads: [activity, process]
decision: Whether a count still means what it meant, and whether to stop setting targets for it.
limits: >-
  Counts that the profile names, up to 52 whole weeks to either side of the day since when each is reportable. Pieces
  held of that kind and their contact hours. It compares two times: other things may have changed on that day too.
source: Ratio; delete-one jackknife over weeks, Efron and Tibshirani 1993, 11.5; delta method for the change
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    activity_week.objective_id,
    activity_week.week,
    activity_week.value,
    activity_week.hours,
    reportable_count.kind,
    reportable_count.since,
    reportable_count.target_per_week AS target,
    CASE
        WHEN activity_week.kind IS NOT NULL THEN activity_week.row_key
        ELSE activity_week.row_key || ':' || reportable_count.kind
    END AS row_key
FROM activity_week
INNER JOIN reportable_count
    ON
        activity_week.objective_id = reportable_count.objective_id
        AND (activity_week.kind IS NULL OR activity_week.kind = reportable_count.kind)
WHERE
    activity_week.week + INTERVAL 364 DAY >= reportable_count.since
    AND activity_week.week < reportable_count.since + INTERVAL 364 DAY
