/*---
id: request_waits_for_years
title: No request waits, or waited, longer than ten years
table: request
severity: warning
remedy: correct a mistyped year in the register; leave it where the request is that old
---*/
SELECT
    request.row_key,
    'request ' || request.request_id || ' was raised ' || left(cast(request.raised_at AS VARCHAR), 16)
    || ' UTC and ended or is open on '
    || left(cast(coalesce(request.decided_at, request.withdrawn_at, as_of.as_of_at) AS VARCHAR), 16) || ' UTC' AS detail
FROM request
CROSS JOIN as_of
WHERE
    date_diff('day', request.raised_at, coalesce(request.decided_at, request.withdrawn_at, as_of.as_of_at)) > 3652
