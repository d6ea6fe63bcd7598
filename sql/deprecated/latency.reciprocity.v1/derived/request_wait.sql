/*---
id: request_wait
one_row_is: a request, how long it has waited, and how the wait ended so far
level: process
---*/
-- A wait ends with the decision, else with the withdrawal (censored), else it is open: censored at the last moment at
-- which the register could have told of a decision.
WITH delivery AS (
    SELECT
        file_seq,
        replace(replace(source, '.returned', ''), '.corrected', '') AS source,
        -- Mended and corrected rows are of the register, and no proof that it was extracted again.
        source NOT LIKE '%.returned' AND source NOT LIKE '%.corrected' AS extracted,
        known_from
    FROM ledger
    WHERE table_name = 'request' AND status = 'stored'
),

brought AS (
    SELECT DISTINCT file_seq
    FROM request
),

-- A delivery proves that the register was extracted, even when all its rows repeat what is known. Where a delivery as a
-- whole is known only at or after as_of, and yet some of its rows are known before, its rows are known one by one: such
-- a log is open-ended and seen up to as_of.
extract AS (
    SELECT
        delivery.source,
        max(
            CASE
                WHEN NOT delivery.extracted THEN NULL
                WHEN delivery.known_from < as_of.as_of_at THEN delivery.known_from
                WHEN brought.file_seq IS NOT NULL THEN as_of.as_of_at
            END
        ) AS extract_at
    FROM delivery
    CROSS JOIN as_of
    LEFT JOIN brought ON delivery.file_seq = brought.file_seq
    GROUP BY delivery.source
),

seen AS (
    SELECT
        request.row_key,
        request.request_id,
        request.hq,
        request.request_type,
        request.objective_id,
        request.priority,
        request.raised_at,
        request.acknowledged_at,
        request.decided_at,
        request.decided_after,
        request.outcome,
        request.promised_to,
        request.promised_on,
        request.promised_by,
        request.due_at,
        request.raised_by,
        request.entry_at,
        as_of.as_of,
        as_of.as_of_at,
        as_of.time_zone,
        CASE WHEN request.decided_at IS NULL THEN request.withdrawn_at END AS withdrawn_at,
        coalesce(extract.extract_at, as_of.as_of_at) AS extract_at
    FROM request
    CROSS JOIN as_of
    LEFT JOIN delivery ON request.file_seq = delivery.file_seq
    LEFT JOIN extract ON delivery.source = extract.source
),

-- The last day before as_of on which each place worked.
worked AS (
    SELECT
        calendar_day.place,
        max(calendar_day.day) AS last_worked
    FROM calendar_day
    CROSS JOIN as_of
    WHERE calendar_day.working AND calendar_day.day < as_of.as_of
    GROUP BY calendar_day.place
),

movement AS (
    SELECT
        hq,
        max(greatest(raised_at, coalesce(acknowledged_at, raised_at), coalesce(decided_at, raised_at), extract_at))
            AS moved_at
    FROM seen
    GROUP BY hq
)

SELECT
    seen.row_key,
    seen.request_id,
    seen.hq,
    seen.request_type,
    seen.objective_id,
    seen.priority,
    seen.raised_at,
    seen.acknowledged_at,
    seen.decided_at,
    seen.withdrawn_at,
    seen.decided_after,
    seen.outcome,
    seen.promised_to,
    seen.promised_on,
    seen.promised_by,
    seen.due_at,
    seen.raised_by,
    seen.extract_at,
    headquarters.place AS hq_place,
    -- the last moment at which it could have been heard of, whatever became of it
    greatest(seen.raised_at, seen.extract_at) AS followed_until,
    cast(seen.raised_at AT TIME ZONE 'UTC' AT TIME ZONE seen.time_zone AS DATE) AS raised_day,
    cast(seen.decided_at AT TIME ZONE 'UTC' AT TIME ZONE seen.time_zone AS DATE) AS decided_day,
    CASE
        WHEN seen.entry_at > seen.raised_at
            THEN cast(seen.entry_at AT TIME ZONE 'UTC' AT TIME ZONE seen.time_zone AS DATE)
    END AS entry_day,
    cast(greatest(seen.raised_at, seen.extract_at) AT TIME ZONE 'UTC' AT TIME ZONE seen.time_zone AS DATE)
        AS followed_day,
    cast(
        coalesce(seen.decided_at, seen.withdrawn_at, greatest(seen.raised_at, seen.extract_at))
        AT TIME ZONE 'UTC' AT TIME ZONE seen.time_zone AS DATE
    ) AS end_day,
    seen.decided_at IS NOT NULL AS decided,
    seen.withdrawn_at IS NOT NULL AS withdrawn,
    seen.decided_at IS NULL AND seen.withdrawn_at IS NULL AS is_open,
    cast(
        date_diff(
            'second',
            seen.raised_at,
            coalesce(seen.decided_at, seen.withdrawn_at, greatest(seen.raised_at, seen.extract_at))
        ) AS BIGINT
    ) AS waited_seconds,
    CASE
        WHEN seen.entry_at > seen.raised_at
            THEN cast(date_diff('second', seen.raised_at, seen.entry_at) AS BIGINT)
    END AS entry_seconds,
    cast(date_diff('day', worked.last_worked, seen.as_of) - 1 AS BIGINT) AS days_without_work,
    date_diff('second', movement.moved_at, seen.as_of_at)
    > 2 * 86400 * coalesce(headquarters.register_every_days, 7) AS stale
FROM seen
INNER JOIN movement ON seen.hq = movement.hq
LEFT JOIN headquarters ON seen.hq = headquarters.hq
LEFT JOIN worked ON headquarters.place = worked.place
