/*---
id: refused_row
one_row_is: a refused row of reports (or a file, then without row), who sent it, and what became of it by as_of
level: process
---*/
-- What came back by a later delivery counts from the moment from which that delivery counts as known.
WITH refused AS (
    SELECT
        file_seq,
        table_name,
        sheet,
        source_row,
        source,
        max(unit_id) AS unit_id,
        max(reporter_id) AS reporter_id,
        max(report_id) AS report_id
    FROM reject
    WHERE table_name IN ('report', 'report_field', 'activity', 'observation') AND source NOT LIKE '%.returned'
    GROUP BY file_seq, table_name, sheet, source_row, source
),

-- A row of an answer or activity names its report, and the report its unit and sender.
sent AS (
    SELECT
        report_id,
        min(unit_id) AS unit_id,
        min(reporter_id) AS reporter_id
    FROM report
    GROUP BY report_id
),

-- A row that names nothing but its sender is of the unit for which that sender reports, where it is one.
person AS (
    SELECT
        reporter_id,
        min(unit_id) AS unit_id
    FROM report
    GROUP BY reporter_id
    HAVING count(DISTINCT unit_id) = 1
),

handed AS (
    SELECT
        refused_file,
        refused_table,
        refused_sheet,
        refused_row,
        min(handed_on) AS handed_on
    FROM hand_back
    GROUP BY refused_file, refused_table, refused_sheet, refused_row
),

answered AS (
    SELECT
        reject_answer.file_seq,
        reject_answer.table_name,
        reject_answer.sheet,
        reject_answer.source_row,
        min(reject_answer.answer) AS answer,
        min(ledger.known_from) AS answered_at
    FROM reject_answer
    INNER JOIN ledger ON reject_answer.answered_seq = ledger.file_seq
    CROSS JOIN as_of
    WHERE ledger.known_from < as_of.as_of_at
    GROUP BY reject_answer.file_seq, reject_answer.table_name, reject_answer.sheet, reject_answer.source_row
)

SELECT
    refused.file_seq || '|' || refused.table_name || '|' || coalesce(cast(refused.source_row AS VARCHAR), '') || '|'
    || coalesce(refused.sheet, '') AS row_key,
    refused.source,
    unit.unit_id,
    coalesce(refused.reporter_id, sent.reporter_id) AS reporter_id,
    coalesce(answered.answer, 'open') AS row_state,
    handed.handed_on IS NOT NULL AS handed_back,
    coalesce(answered.answer = 'mended', FALSE) AS mended,
    cast(
        date_diff(
            'second',
            ledger.known_from,
            greatest(
                ledger.known_from,
                CASE WHEN answered.answer = 'mended' THEN answered.answered_at ELSE as_of.as_of_at END
            )
        ) AS BIGINT
    ) AS open_seconds
FROM refused
INNER JOIN ledger ON refused.file_seq = ledger.file_seq AND refused.table_name = ledger.table_name
CROSS JOIN as_of
LEFT JOIN sent ON refused.report_id = sent.report_id
LEFT JOIN person ON refused.reporter_id = person.reporter_id
LEFT JOIN unit ON coalesce(refused.unit_id, sent.unit_id, person.unit_id) = unit.unit_id
LEFT JOIN handed
    ON
        coalesce(ledger.sent_file, ledger.source_file) = handed.refused_file
        AND refused.table_name = handed.refused_table
        AND coalesce(refused.sheet, '') = coalesce(handed.refused_sheet, '')
        AND coalesce(refused.source_row, 0) = coalesce(handed.refused_row, 0)
LEFT JOIN answered
    ON
        refused.file_seq = answered.file_seq
        AND refused.table_name = answered.table_name
        AND coalesce(refused.sheet, '') = coalesce(answered.sheet, '')
        AND coalesce(refused.source_row, 0) = coalesce(answered.source_row, 0)
WHERE ledger.known_from < as_of.as_of_at
