/*---
id: report_return
one_row_is: a report in its latest revision, and what its sender has got back for it
level: process
---*/
-- The log of answers speaks for the time up to its newest delivery. Without one, or for a report sent after it, nothing
-- is known: that is not the same as no answer.
WITH sent AS (
    SELECT
        report_id,
        min(submitted_at) AS sent_at
    FROM report
    GROUP BY report_id
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
        report_latest.row_key,
        report_latest.report_id,
        report_latest.template_id,
        report_latest.unit_id,
        report_latest.reporter_id,
        sent.sent_at,
        got.answered_at,
        got.used,
        least(told.told_at, as_of.as_of_at) AS told_at,
        got.answered_at IS NOT NULL OR sent.sent_at < told.told_at AS is_known
    FROM report_latest
    INNER JOIN sent ON report_latest.report_id = sent.report_id
    CROSS JOIN as_of
    CROSS JOIN told
    LEFT JOIN got ON report_latest.report_id = got.report_id
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
