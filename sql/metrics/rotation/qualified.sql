/*---
id: rotation.qualified
version: 1
title: Posts whose holder is qualified
question: How many posts are held by somebody who meets the post's stated minimum?
level: input
unit: share
by: []
also_by: [[unit_id]]
people: reporter_id
estimator: share
decision: Which posts to ask nations to fill otherwise.
limits: >-
  Of all posts that ever had a holder, at units that are open. An empty post has no qualified holder and counts
  against the share. A holder of whom it is not said is missing. With two holders, one qualified is enough.
source: Complete count
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    unit_id,
    reporter_id,
    qualified AS numerator,
    TRUE AS denominator
FROM post_state
