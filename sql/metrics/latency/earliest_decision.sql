/*---
id: latency.earliest_decision
version: 1
title: Time to decision, if each was decided as early as it may have been
question: How much shorter would the wait be, where only a list every other week tells that a decision was taken?
level: process
unit: days
by: [hq]
also_by: [[hq, request_type]]
estimator:
  kaplan_meier: {at: [30, 60, 90, 180], interval: log-log, per_unit: 86400}
decision: Whether the lists that replies are known from come often enough to judge the wait by.
limits: >-
  One edge of a band: decisions known to lie after one instant and up to another count at the first one here, at the
  second in latency.time_to_decision; the truth lies between the two. Where every decision has its own instant both
  are the same.
source: Kaplan and Meier 1958 at both bounds of interval-censored ends, a sensitivity band, Turnbull 1976
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
SELECT
    row_key,
    hq,
    request_type,
    CASE
        WHEN decided
            THEN cast(
                date_diff(
                    'second',
                    raised_at,
                    least(decided_at, greatest(raised_at, coalesce(decided_after, decided_at)))
                ) AS BIGINT
            )
        ELSE waited_seconds
    END AS duration,
    decided AS event,
    entry_seconds AS entry,
    stale
FROM request_wait
