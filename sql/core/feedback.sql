-- an answer that a report got back: canonical text to typed rows, one row in, one row out.
-- A cell that cannot be cast becomes NULL here; the loader finds it by its text and rejects the row.
SELECT
    row_id,
    -- identifiers and groups
    report_id,
    kind,
    given_by,
    decision,
    -- dates and instants (UTC)
    try_cast(given_at AS TIMESTAMP) AS given_at
FROM mapped
