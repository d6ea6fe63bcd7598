/*---
id: burden.return_refused
version: 1
title: Refused rows of reports, and what became of them
question: Of the rows that were refused, how many came back mended, were refused again, or are still open?
level: process
unit: rows
by: [source, row_state]
also_by: [[row_state]]
estimator: count
decision: Which senders to help, and which refused rows to ask for.
limits: >-
  Rows of reports, their fields, activities and readings, each once however many faults it had; an unreadable file
  counts as one row a table. A returned row that was refused again is the same row. Only what was known by as_of counts.
  By unit, and what was given back, is burden.return_rows.
source: Complete count
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    source,
    row_state
FROM refused_row
