/*---
id: report_return
one_row_is: a report in its latest revision, and what its sender has got back for it
level: process
---*/
-- The log of answers speaks for the time up to its newest delivery. Without one, or for a report sent after it, nothing
-- is known: that is not the same as no answer.
WITH latest AS (
    SELECT
        row_key,
        report_id,
        template_id,
        unit_id,
        reporter_id,
        min(submitted_at) OVER (PARTITION BY report_id) AS sent_at,
        row_number() OVER (PARTITION BY report_id ORDER BY revision DESC) AS from_latest
    FROM report
),

told AS (
    SELECT max(known_from) AS told_at
    FROM ledger
    WHERE
        table_name = 'feedback'
        AND status = 'stored'
        AND source NOT LIKE '%.returned'
        AND source NOT LIKE '%.corrected'
),

got AS (
    SELECT
        report_id,
        min(given_at) AS answered_at,
        bool_or(kind = 'used') AS used
    FROM feedback
    GROUP BY report_id
),

known AS (
    SELECT
        latest.row_key,
        latest.report_id,
        latest.template_id,
        latest.unit_id,
        latest.reporter_id,
        latest.sent_at,
        got.answered_at,
        got.used,
        least(told.told_at, as_of.as_of_at) AS told_at,
        got.answered_at IS NOT NULL OR latest.sent_at < told.told_at AS is_known
    FROM latest
    CROSS JOIN as_of
    CROSS JOIN told
    LEFT JOIN got ON latest.report_id = got.report_id
    WHERE latest.from_latest = 1
)

SELECT
    row_key,
    report_id,
    template_id,
    unit_id,
    reporter_id,
    CASE WHEN is_known THEN answered_at IS NOT NULL END AS answered,
    CASE WHEN is_known THEN coalesce(used, FALSE) END AS used,
    CASE
        WHEN is_known
            THEN
                cast(
                    date_diff('second', sent_at, greatest(sent_at, coalesce(answered_at, told_at))) AS BIGINT
                )
    END AS waited_seconds
FROM known
