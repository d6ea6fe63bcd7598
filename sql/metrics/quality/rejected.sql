/*---
id: quality.rejected
version: 1
title: Refusals, and how many were answered
question: What was refused, and what share of it has been mended since?
level: process
unit: share
by: [source, code]
also_by: [[source], [code], []]
estimator: share
decision: Which sender to help, which mapping or code list to mend.
limits: >-
  Faults, not rows: a row with two faults counts twice, and a file that cannot be read once for each table that it
  should fill. Mended means that the row came back sound, or that a later file told all of the same record; a row that
  was rightly refused and is never sent again stays open.
source: Counts; Wilson 1927 interval of the share
owner: data-team
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    reject.file_seq || '|' || reject.table_name || '|' || coalesce(cast(reject.source_row AS VARCHAR), '') || '|'
    || coalesce(reject.sheet, '') || '|' || coalesce(reject.column_name, '') || '|' || reject.code AS row_key,
    reject.source,
    reject.code,
    coalesce(reject_answer.answer = 'mended', FALSE) AS numerator,
    TRUE AS denominator
FROM reject
LEFT JOIN reject_answer
    ON
        reject.file_seq = reject_answer.file_seq
        AND reject.table_name = reject_answer.table_name
        AND coalesce(reject.sheet, '') = coalesce(reject_answer.sheet, '')
        AND coalesce(reject.source_row, 0) = coalesce(reject_answer.source_row, 0)
