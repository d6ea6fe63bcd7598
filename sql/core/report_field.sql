-- an answered field of a report: canonical text to typed rows, one row in, one row out.
-- A cell that cannot be cast becomes NULL here; the loader finds it by its text and rejects the row.
SELECT
    row_id,
    -- identifiers and groups
    report_id,
    field_id,
    concept_id,
    objective_id,
    -- texts and codes
    value_text,
    -- numbers
    try_cast(revision AS BIGINT) AS revision,
    try_cast(value_number AS DOUBLE) AS value_number,
    -- flags
    try_cast(confirmed_unchanged AS BOOLEAN) AS confirmed_unchanged,
    try_cast(not_applicable AS BOOLEAN) AS not_applicable
FROM mapped
