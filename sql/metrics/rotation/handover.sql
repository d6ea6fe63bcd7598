/*---
id: rotation.handover
version: 1
title: Tours that ended with and without a handover
question: How often is the successor there before the advisor leaves?
level: input
unit: tours
by: [handover_state]
also_by: [[unit_id, handover_state]]
people: reporter_id
estimator: count
decision: Whether to plan overlaps.
limits: >-
  Of tours that have ended: overlap, when somebody else held the post on the last day; gap, when somebody came later;
  open, when nobody has come by as_of.
source: Complete count
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    unit_id,
    reporter_id,
    handover_state
FROM tour_end
