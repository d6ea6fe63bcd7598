-- reports known only by their number: canonical text to typed rows, one row in, one row out.
-- A cell that cannot be cast becomes NULL here; the loader finds it by its text and rejects the row.
SELECT
    row_id,
    -- identifiers and groups
    unit_id,
    template_id,
    -- numbers
    try_cast(expected AS BIGINT) AS expected,
    try_cast(received AS BIGINT) AS received,
    try_cast(on_time AS BIGINT) AS on_time,
    -- dates and instants (UTC)
    try_cast(period_start AS DATE) AS period_start,
    try_cast(period_end AS DATE) AS period_end
FROM mapped
