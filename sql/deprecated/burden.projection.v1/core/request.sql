-- a request to a headquarters, force protection or a funder: canonical text to typed rows, one row in, one row out.
-- A cell that cannot be cast becomes NULL here; the loader finds it by its text and rejects the row.
SELECT
    row_id,
    -- identifiers and groups
    request_id,
    hq,
    request_type,
    objective_id,
    activity_id,
    priority,
    promised_to,
    raised_by,
    -- texts and codes
    outcome,
    funder,
    counterpart_type,
    -- numbers
    try_cast(amount AS DOUBLE) AS amount,
    -- dates and instants (UTC)
    try_cast(raised_at AS TIMESTAMP) AS raised_at,
    try_cast(acknowledged_at AS TIMESTAMP) AS acknowledged_at,
    try_cast(decided_at AS TIMESTAMP) AS decided_at,
    try_cast(withdrawn_at AS TIMESTAMP) AS withdrawn_at,
    try_cast(promised_on AS DATE) AS promised_on,
    try_cast(promised_by AS DATE) AS promised_by,
    try_cast(due_at AS TIMESTAMP) AS due_at,
    try_cast(entry_at AS TIMESTAMP) AS entry_at,
    try_cast(decided_after AS TIMESTAMP) AS decided_after
FROM mapped
