/*---
id: quality.withdrawn
version: 1
title: Reports taken back by their sender
question: What share of the reports that were sent was taken back and not sent again?
level: process
unit: share
by: [template_id]
also_by: [[], [unit_id]]
people: reporter_id
estimator: share
decision: Which form is sent by mistake, and how far a figure of the newest period may fall yet.
limits: What is taken back later is not seen yet. A report that was sent again in a later revision stands.
source: Share with Wilson 1927 interval, units as clusters
owner: data-team
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    reporter_id,
    template_id,
    unit_id,
    FALSE AS numerator,
    TRUE AS denominator,
    unit_id AS cluster
FROM report_latest
UNION ALL
SELECT
    max(row_key) AS row_key,
    max(reporter_id) AS reporter_id,
    max(template_id) AS template_id,
    max(unit_id) AS unit_id,
    TRUE AS numerator,
    TRUE AS denominator,
    max(unit_id) AS cluster
FROM withdrawn_report
WHERE NOT stands
GROUP BY report_id
