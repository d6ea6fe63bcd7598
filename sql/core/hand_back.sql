-- a refused row that was given back to its sender: canonical text to typed rows, one row in, one row out.
-- A cell that cannot be cast becomes NULL here; the loader finds it by its text and rejects the row.
SELECT
    row_id,
    -- identifiers and groups
    refused_file,
    refused_table,
    refused_sheet,
    workbook,
    sender,
    -- numbers
    try_cast(refused_row AS BIGINT) AS refused_row,
    -- dates and instants (UTC)
    try_cast(handed_on AS DATE) AS handed_on
FROM mapped
