/*---
id: burden.confirmed_unchanged
version: 1
title: Answers confirmed as unchanged
question: How many answered fields were ticked 'confirmed unchanged'?
level: process
unit: share
by: [template_id]
also_by: [[], [unit_id]]
people: reporter_id
estimator: share
reads: [row]
decision: Whether unchanged answers are confirmed or copied.
limits: >-
  First reports of a series are left out, as in burden.field_novelty, so that both shares have one base; what is in
  neither was repeated without a word. A tick beside a changed answer counts as a tick too.
source: Share of ticked answers; Wilson 1927 interval, n divided by the design effect (Kish 1965), t on clusters - 1
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    reporter_id,
    template_id,
    unit_id,
    unit_id AS cluster,
    CASE WHEN changed IS NOT NULL THEN confirmed_unchanged END AS numerator,
    TRUE AS denominator
FROM field_answer
