/*---
id: rotation.novelty_by_tenure
version: 1
title: New answers by time in post
question: Do those who have been there longer tell more that is new?
level: process
unit: share
by: [tenure]
also_by: [[template_id, tenure]]
people: reporter_id
estimator: share
reads: [input, row]
decision: Whether the handover should cover how to report.
limits: >-
  As burden.field_novelty, by the time in post of the sender at the time of sending; senders without a tour on record
  are left out. It describes and does not explain: what there is to report changes too.
source: Share of changed answers; Wilson 1927 interval, n divided by the design effect (Kish 1965), t on clusters - 1
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    field_answer.row_key,
    field_answer.template_id,
    field_answer.reporter_id,
    field_answer.unit_id AS cluster,
    field_answer.changed AS numerator,
    TRUE AS denominator,
    CASE
        WHEN report_tenure.tenure_days < 30 THEN 'under 30 days'
        WHEN report_tenure.tenure_days < 91 THEN '30 to 90 days'
        WHEN report_tenure.tenure_days < 183 THEN '91 to 182 days'
        ELSE '183 days and more'
    END AS tenure
FROM field_answer
INNER JOIN report_tenure ON field_answer.report_id = report_tenure.report_id
WHERE report_tenure.tenure_days IS NOT NULL
