/*---
id: quality.ledger
version: 1
title: What became of the rows that came in
question: How many rows did each source send, and what became of them?
level: process
unit: rows
by: [source, verdict]
also_by: [[source], [verdict], []]
estimator: sum
decision: Whether a source sends what it should, and whose rows are lost for the figures.
limits: >-
  Rows as each file holds them, one count for every table that they fill. Duplicates repeat what is known; superseded
  rows were replaced by a later row of the same file; filtered ones are left out by a filter of the mapping. A file that
  cannot be read counts no rows: it is among the refusals.
source: The ledger, whose lines add up by construction
owner: data-team
reviewed: 2022-01-10
review_every: 12 months
---*/
WITH verdicts AS (
    SELECT
        source,
        file_seq,
        table_name,
        'accepted' AS verdict,
        accepted AS row_count
    FROM ledger
    UNION ALL
    SELECT
        source,
        file_seq,
        table_name,
        'rejected' AS verdict,
        rejected AS row_count
    FROM ledger
    UNION ALL
    SELECT
        source,
        file_seq,
        table_name,
        'duplicate' AS verdict,
        duplicate AS row_count
    FROM ledger
    UNION ALL
    SELECT
        source,
        file_seq,
        table_name,
        'superseded' AS verdict,
        superseded AS row_count
    FROM ledger
    UNION ALL
    SELECT
        source,
        file_seq,
        table_name,
        'filtered' AS verdict,
        filtered AS row_count
    FROM ledger
)

SELECT
    file_seq || '|' || table_name || '|' || verdict AS row_key,
    source,
    verdict,
    row_count AS value
FROM verdicts
