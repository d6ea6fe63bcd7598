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
  counts as one row a table. A returned row that was refused again is the same row. Whom an open row concerns is not
  known, since it was refused: the source stands for its sender.
source: Complete count
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT DISTINCT
    reject.file_seq || '|' || reject.table_name || '|' || coalesce(cast(reject.source_row AS VARCHAR), '') || '|'
    || coalesce(reject.sheet, '') AS row_key,
    reject.source,
    coalesce(reject_answer.answer, 'open') AS row_state
FROM reject
LEFT JOIN reject_answer
    ON
        reject.file_seq = reject_answer.file_seq
        AND reject.table_name = reject_answer.table_name
        AND coalesce(reject.sheet, '') = coalesce(reject_answer.sheet, '')
        AND coalesce(reject.source_row, 0) = coalesce(reject_answer.source_row, 0)
WHERE
    reject.table_name IN ('report', 'report_field', 'activity', 'observation')
    AND reject.source NOT LIKE '%.returned'
