-- an advisor's tour in a post: canonical text to typed rows, one row in, one row out.
-- A cell that cannot be cast becomes NULL here; the loader finds it by its text and rejects the row.
SELECT
    row_id,
    -- identifiers and groups
    reporter_id,
    post_id,
    unit_id,
    -- flags
    try_cast(qualified AS BOOLEAN) AS qualified,
    -- dates and instants (UTC)
    try_cast(started_on AS DATE) AS started_on,
    try_cast(ended_on AS DATE) AS ended_on
FROM mapped
