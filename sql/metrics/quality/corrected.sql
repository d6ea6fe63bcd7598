/*---
id: quality.corrected
version: 1
title: Reports corrected by their sender
question: What share of reports was sent again with corrections?
level: process
unit: share
by: [template_id]
also_by: [[], [unit_id]]
people: reporter_id
estimator: share
decision: Which form invites mistakes, and how long a figure of the newest period stays provisional.
limits: A report counts as corrected when a later revision of it is known. Reports that should have been are not seen.
source: Share with Wilson 1927 interval, units as clusters
owner: data-team
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    max(row_key) AS row_key,
    max(reporter_id) AS reporter_id,
    template_id,
    unit_id,
    max(revision) > 0 AS numerator,
    TRUE AS denominator,
    unit_id AS cluster
FROM report
GROUP BY report_id, template_id, unit_id
