/*---
id: quality.freshness
version: 1
title: Days since a source was heard of
question: How old is the newest thing that each source has told?
level: process
unit: days
by: [source]
estimator: {sum: {per_unit: 86400}}
decision: Whom to ask for a delivery that is due.
limits: >-
  From the moment from which the newest readable delivery is known to as_of. A source that never sent anything has no
  value. Mended rows that came back count for no source.
source: Difference of two instants
owner: data-team
reviewed: 2022-01-10
review_every: 12 months
---*/
WITH heard AS (
    SELECT
        ledger.source,
        max(ledger.known_from) AS last_known
    FROM ledger
    CROSS JOIN as_of
    WHERE ledger.status = 'stored' AND ledger.known_from < as_of.as_of_at
    GROUP BY ledger.source
)

SELECT
    source.row_key,
    source.source,
    cast(epoch(as_of.as_of_at) - epoch(heard.last_known) AS BIGINT) AS value
FROM source
CROSS JOIN as_of
LEFT JOIN heard ON source.source = heard.source
