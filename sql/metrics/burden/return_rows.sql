/*---
id: burden.return_rows
version: 1
title: Refused rows given back, by unit
question: Of the rows of a unit that were refused, how many went back to it, and how many came back mended?
level: process
unit: rows
by: [unit_id, step]
also_by: [[step]]
people: reporter_id
estimator: sum
decision: Which units to help with a form, and whose refused rows still wait to be given back.
limits: >-
  A step counts each refused row that got there: refused, given back in a workbook of 'rejects return' (by day of
  writing; that it was sent on or read is not known), refused again, mended and taken up. What is neither mended nor
  refused again is open. The unit is what the row, its report or the file's name tells, else the one unit for which
  the person whom the row names reports; where none does, the unit is not known, which is a group of its own. Each unit
  and sender with a report has a line of zero in each step, so that the people behind a figure are all who report for
  the unit, and not only those whose rows were refused; n counts these lines too.
source: Complete count
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
WITH step AS (
    SELECT 'refused' AS step
    UNION ALL
    SELECT 'given back' AS step
    UNION ALL
    SELECT 'refused again' AS step
    UNION ALL
    SELECT 'mended' AS step
    UNION ALL
    SELECT 'open' AS step
)

SELECT
    refused_row.row_key,
    refused_row.unit_id,
    refused_row.reporter_id,
    step.step,
    CASE step.step
        WHEN 'refused' THEN 1
        WHEN 'given back' THEN cast(refused_row.handed_back AS INTEGER)
        ELSE cast(refused_row.row_state = step.step AS INTEGER)
    END AS value
FROM refused_row
CROSS JOIN step
UNION ALL
SELECT
    unit_sender.row_key,
    unit_sender.unit_id,
    unit_sender.reporter_id,
    step.step,
    0 AS value
FROM unit_sender
CROSS JOIN step
