/*---
id: separation.coverage_map
version: 1
title: What is measured at all
question: For each objective, which steps from means to change does anyone measure, how freshly, and who verified it?
level: comparison
unit: measures
by: [objective_id, result_level, reading_state]
also_by: [[objective_id, result_level], [result_level, reading_state]]
estimator: {count: {}, share: {}, quantile: {at: [0.5], null_means: infinite}}
reads: [input, activity, output, outcome, impact]
decision: What to begin to measure, and what to ask counterparts to verify.
limits: >-
  A measure is an indicator in force of that level; for means and work also what the activity log tells: vehicles on
  the road (input), pieces held and contact hours (activity), people reached (output), where it ever told of them. Fresh
  is within one and a half times the indicator's own interval, for the log within 42 days. A level without any measure
  is a row 'not measured'. The share is that of latest readings verified by a counterpart of the profile's list; the log
  has nobody who verifies. The median age is in days. It counts measures and does not judge what they say; there is no
  score.
source: Complete count; result chain of OECD DAC
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
WITH in_force AS (
    SELECT
        objective.row_key,
        objective.objective_id
    FROM objective
    CROSS JOIN as_of
    WHERE
        (objective.valid_from IS NULL OR objective.valid_from < as_of.as_of)
        AND (objective.valid_to IS NULL OR objective.valid_to >= as_of.as_of)
),

logged AS (
    SELECT
        objective_id,
        max(CASE WHEN vehicles IS NOT NULL THEN occurred_on END) AS vehicles_on,
        max(occurred_on) AS held_on,
        max(CASE WHEN hours IS NOT NULL THEN occurred_on END) AS hours_on,
        max(CASE WHEN participants IS NOT NULL THEN occurred_on END) AS reached_on
    FROM activity
    WHERE status = 'held'
    GROUP BY objective_id
),

reading AS (
    SELECT
        indicator_id,
        observed_on,
        verified_by
    FROM outcome_reading
    WHERE value IS NOT NULL
    UNION ALL
    SELECT
        indicator_id,
        observed_on,
        verified_by
    FROM output_reading
    WHERE value IS NOT NULL
    UNION ALL
    SELECT
        indicator_id,
        observed_on,
        verified_by
    FROM impact_reading
    WHERE value IS NOT NULL
),

ranked AS (
    SELECT
        reading.indicator_id,
        reading.observed_on,
        CASE WHEN verifier.name IS NOT NULL THEN 1 ELSE 0 END AS verified,
        row_number() OVER (PARTITION BY reading.indicator_id ORDER BY reading.observed_on DESC) AS from_latest
    FROM reading
    LEFT JOIN verifier ON reading.verified_by = verifier.name
),

measure AS (
    SELECT
        logged.objective_id,
        'input' AS result_level,
        'vehicles' AS measure,
        logged.vehicles_on AS read_on,
        cast(NULL AS INTEGER) AS verified,
        42 AS fresh_days
    FROM logged
    WHERE logged.vehicles_on IS NOT NULL
    UNION ALL
    SELECT
        logged.objective_id,
        'activity' AS result_level,
        'pieces held' AS measure,
        logged.held_on AS read_on,
        cast(NULL AS INTEGER) AS verified,
        42 AS fresh_days
    FROM logged
    UNION ALL
    SELECT
        logged.objective_id,
        'activity' AS result_level,
        'contact hours' AS measure,
        logged.hours_on AS read_on,
        cast(NULL AS INTEGER) AS verified,
        42 AS fresh_days
    FROM logged
    WHERE logged.hours_on IS NOT NULL
    UNION ALL
    SELECT
        logged.objective_id,
        'output' AS result_level,
        'people reached' AS measure,
        logged.reached_on AS read_on,
        cast(NULL AS INTEGER) AS verified,
        42 AS fresh_days
    FROM logged
    WHERE logged.reached_on IS NOT NULL
    UNION ALL
    SELECT
        indicator.objective_id,
        indicator.level AS result_level,
        indicator.indicator_id AS measure,
        ranked.observed_on AS read_on,
        ranked.verified,
        1.5 * indicator.interval_days AS fresh_days
    FROM indicator
    CROSS JOIN as_of
    LEFT JOIN ranked ON indicator.indicator_id = ranked.indicator_id AND ranked.from_latest = 1
    WHERE
        (indicator.valid_from IS NULL OR indicator.valid_from < as_of.as_of)
        AND (indicator.valid_to IS NULL OR indicator.valid_to >= as_of.as_of)
),

result_chain AS (
    SELECT 'input' AS result_level
    UNION ALL
    SELECT 'activity' AS result_level
    UNION ALL
    SELECT 'output' AS result_level
    UNION ALL
    SELECT 'outcome' AS result_level
    UNION ALL
    SELECT 'impact' AS result_level
)

SELECT
    in_force.objective_id,
    result_chain.result_level,
    cast(date_diff('day', measure.read_on, as_of.as_of) AS BIGINT) AS value,
    measure.verified AS numerator,
    measure.measure IS NOT NULL AS denominator,
    in_force.row_key || ':' || result_chain.result_level || ':' || coalesce(measure.measure, '') AS row_key,
    CASE
        WHEN measure.measure IS NULL THEN 'not measured'
        WHEN measure.read_on IS NULL THEN 'never read'
        WHEN date_diff('day', measure.read_on, as_of.as_of) <= measure.fresh_days THEN 'fresh'
        ELSE 'stale'
    END AS reading_state
FROM in_force
CROSS JOIN result_chain
CROSS JOIN as_of
LEFT JOIN measure
    ON in_force.objective_id = measure.objective_id AND result_chain.result_level = measure.result_level
