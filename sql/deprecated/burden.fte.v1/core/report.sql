-- a submitted report, one revision: canonical text to typed rows, one row in, one row out.
-- A cell that cannot be cast becomes NULL here; the loader finds it by its text and rejects the row.
SELECT
    row_id,
    -- identifiers and groups
    report_id,
    template_id,
    reporter_id,
    unit_id,
    -- texts and codes
    recipient,
    grade,
    narrative,
    -- numbers
    try_cast(revision AS BIGINT) AS revision,
    try_cast(prep_minutes AS BIGINT) AS prep_minutes,
    -- dates and instants (UTC)
    try_cast(period_start AS DATE) AS period_start,
    try_cast(period_end AS DATE) AS period_end,
    try_cast(due_at AS TIMESTAMP) AS due_at,
    try_cast(submitted_at AS TIMESTAMP) AS submitted_at,
    try_cast(withdrawn_at AS TIMESTAMP) AS withdrawn_at,
    -- flags
    try_cast(withdrawn AS BOOLEAN) AS withdrawn
FROM mapped
