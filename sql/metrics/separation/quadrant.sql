/*---
id: separation.quadrant
version: 1
title: Activity beside progress
question: Which objectives are busy without moving, and which move quietly?
level: comparison
unit: position
by: [objective_id]
estimator: quadrant
reads: [activity, outcome]
decision: Where more of the same will not help, and what to learn from those that move quietly.
limits: >-
  Objectives in force, the last 13 weeks against the 13 before. Activity is contact hours against the middle
  objective's. Progress is the change of the median over indicators read in both windows, against the change that an
  even pace to the target date needs between those readings; unmeasured where there is none. Between the profile's
  bands an objective is neutral. It shows what goes together, not what causes what.
source: Own definition
owner: ops-assessment
reviewed: 2022-01-10
review_every: 12 months
---*/
WITH bands AS (
    SELECT
        max(CASE WHEN name = 'quadrant_activity_low' THEN value END) AS activity_low,
        max(CASE WHEN name = 'quadrant_activity_high' THEN value END) AS activity_high,
        max(CASE WHEN name = 'quadrant_progress_low' THEN value END) AS progress_low,
        max(CASE WHEN name = 'quadrant_progress_high' THEN value END) AS progress_high
    FROM tolerance
),

in_force AS (
    SELECT
        objective.row_key,
        objective.objective_id
    FROM objective
    CROSS JOIN as_of
    WHERE
        (objective.valid_from IS NULL OR objective.valid_from < as_of.as_of)
        AND (objective.valid_to IS NULL OR objective.valid_to >= as_of.as_of)
),

part AS (
    SELECT
        row_key,
        objective_id,
        cast(NULL AS BOOLEAN) AS recent,
        cast(NULL AS DOUBLE) AS hours,
        cast(NULL AS VARCHAR) AS indicator_id,
        cast(NULL AS DATE) AS observed_on,
        cast(NULL AS DOUBLE) AS progress,
        cast(NULL AS DATE) AS target_on
    FROM in_force
    UNION ALL
    SELECT
        activity.row_key,
        activity.objective_id,
        activity.occurred_on >= as_of.as_of - INTERVAL 91 DAY AS recent,
        activity.hours,
        cast(NULL AS VARCHAR) AS indicator_id,
        cast(NULL AS DATE) AS observed_on,
        cast(NULL AS DOUBLE) AS progress,
        cast(NULL AS DATE) AS target_on
    FROM activity
    CROSS JOIN as_of
    INNER JOIN in_force ON activity.objective_id = in_force.objective_id
    WHERE activity.status = 'held' AND activity.occurred_on >= as_of.as_of - INTERVAL 182 DAY
    UNION ALL
    SELECT
        outcome_path.row_key,
        outcome_path.objective_id,
        outcome_path.observed_on >= as_of.as_of - INTERVAL 91 DAY AS recent,
        cast(NULL AS DOUBLE) AS hours,
        outcome_path.indicator_id,
        outcome_path.observed_on,
        outcome_path.progress,
        outcome_path.target_on
    FROM outcome_path
    CROSS JOIN as_of
    INNER JOIN in_force ON outcome_path.objective_id = in_force.objective_id
    WHERE outcome_path.progress IS NOT NULL AND outcome_path.observed_on >= as_of.as_of - INTERVAL 182 DAY
)

SELECT
    part.row_key,
    part.objective_id,
    part.recent,
    part.hours,
    part.indicator_id,
    part.observed_on,
    part.progress,
    part.target_on,
    bands.activity_low,
    bands.activity_high,
    bands.progress_low,
    bands.progress_high
FROM part
CROSS JOIN bands
