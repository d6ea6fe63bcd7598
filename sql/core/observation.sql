-- a reading of an indicator: canonical text to typed rows, one row in, one row out.
-- A cell that cannot be cast becomes NULL here; the loader finds it by its text and rejects the row.
SELECT
    row_id,
    -- identifiers and groups
    indicator_id,
    objective_id,
    -- texts and codes
    level,
    verified_by,
    evidence,
    -- numbers
    try_cast(value AS DOUBLE) AS value,
    -- flags
    try_cast(not_applicable AS BOOLEAN) AS not_applicable,
    -- dates and instants (UTC)
    try_cast(observed_on AS DATE) AS observed_on
FROM mapped
