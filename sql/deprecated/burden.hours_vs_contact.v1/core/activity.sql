-- a piece of activity: canonical text to typed rows, one row in, one row out.
-- A cell that cannot be cast becomes NULL here; the loader finds it by its text and rejects the row.
SELECT
    row_id,
    -- identifiers and groups
    activity_id,
    report_id,
    objective_id,
    counterpart_id,
    reporter_id,
    -- texts and codes
    kind,
    status,
    cancel_reason,
    counterpart_type,
    place,
    -- numbers
    try_cast(count AS BIGINT) AS count,
    try_cast(hours AS DOUBLE) AS hours,
    try_cast(participants AS BIGINT) AS participants,
    try_cast(vehicles AS BIGINT) AS vehicles,
    -- flags
    try_cast(outside_compound AS BOOLEAN) AS outside_compound,
    -- dates and instants (UTC)
    try_cast(planned_on AS DATE) AS planned_on,
    try_cast(occurred_on AS DATE) AS occurred_on
FROM mapped
