/*---
id: request_dates_out_of_order
title: The dates of a request are in order
table: request
severity: warning
remedy: ask the register's keeper for the right date; until then figures use the dates as they stand
---*/
-- A day without time is its first instant, and has 25 hours when the clocks change.
WITH judged AS (
    SELECT
        row_key,
        request_id,
        concat_ws(
            ', ',
            CASE
                WHEN decided_after > decided_at + INTERVAL 25 HOUR
                    THEN 'decided at ' || decided_at || ' and only after ' || decided_after
            END,
            CASE
                WHEN acknowledged_at > coalesce(decided_at, withdrawn_at) + INTERVAL 25 HOUR
                    THEN
                        'first replied to at ' || acknowledged_at || ', after its end at '
                        || coalesce(decided_at, withdrawn_at)
            END,
            CASE
                WHEN entry_at > coalesce(decided_at, withdrawn_at) + INTERVAL 25 HOUR
                    THEN
                        'first shown by the register at ' || entry_at || ', after its end at '
                        || coalesce(decided_at, withdrawn_at)
            END,
            CASE
                WHEN promised_by < promised_on THEN 'promised on ' || promised_on || ' for ' || promised_by
            END,
            CASE
                WHEN due_at < raised_at - INTERVAL 25 HOUR THEN 'raised at ' || raised_at || ' and due at ' || due_at
            END
        ) AS faults
    FROM request
)

SELECT
    row_key,
    'request ' || request_id || ' was ' || faults AS detail
FROM judged
WHERE faults != ''
