/*---
id: field_answer
one_row_is: an answered field of a report in its latest revision, beside the same field of the series' report before
level: process
---*/
-- A series is a form, a unit and an objective. Its reports stand in order of period, then of sending. Only the report
-- just before counts: an answer that follows a blank is new. The first report of a series has nothing to differ from.
-- Reports are put in order, not answers, of which there are many times more.
WITH latest AS (
    SELECT
        report_id,
        template_id,
        unit_id,
        reporter_id,
        period_start,
        period_end,
        submitted_at,
        prep_minutes,
        row_number() OVER (PARTITION BY report_id ORDER BY revision DESC) AS from_latest
    FROM report
),

answer AS (
    SELECT
        report_field.row_key,
        report_field.report_id,
        report_field.field_id,
        report_field.objective_id,
        report_field.value_number,
        coalesce(trim(report_field.value_text), '') AS answer_text,
        coalesce(report_field.confirmed_unchanged, FALSE) AS confirmed_unchanged
    FROM report_field
    INNER JOIN answers_hold
        ON
            report_field.report_id = answers_hold.report_id
            AND coalesce(report_field.revision, 0) = answers_hold.revision
    WHERE
        report_field.value_number IS NOT NULL
        OR nullif(trim(report_field.value_text), '') IS NOT NULL
        OR report_field.confirmed_unchanged
),

answered AS (
    SELECT DISTINCT
        report_id,
        objective_id
    FROM answer
),

in_series AS (
    SELECT
        latest.report_id,
        answered.objective_id,
        latest.template_id,
        latest.unit_id,
        latest.reporter_id,
        latest.period_start,
        latest.period_end,
        latest.submitted_at,
        latest.prep_minutes,
        lag(latest.report_id) OVER (
            PARTITION BY latest.template_id, latest.unit_id, answered.objective_id
            ORDER BY latest.period_start, latest.submitted_at, latest.report_id
        ) AS report_before
    FROM answered
    INNER JOIN latest ON answered.report_id = latest.report_id AND latest.from_latest = 1
)

SELECT
    answer.row_key,
    answer.report_id,
    in_series.template_id,
    in_series.unit_id,
    answer.objective_id,
    answer.field_id,
    in_series.reporter_id,
    in_series.period_start,
    in_series.period_end,
    in_series.submitted_at,
    answer.value_number,
    answer.confirmed_unchanged,
    field.kind,
    field.uses,
    field.alarm,
    field.minutes AS field_minutes,
    coalesce(cast(in_series.prep_minutes AS DOUBLE), template.minutes_central) AS report_minutes,
    CASE
        WHEN in_series.report_before IS NULL THEN NULL
        WHEN answer.value_number IS NULL AND answer.answer_text = '' THEN FALSE
        WHEN earlier.report_id IS NULL THEN TRUE
        WHEN answer.answer_text != earlier.answer_text THEN TRUE
        WHEN (answer.value_number IS NULL) != (earlier.value_number IS NULL) THEN TRUE
        ELSE coalesce(answer.value_number != earlier.value_number, FALSE)
    END AS changed
FROM answer
INNER JOIN in_series
    ON answer.report_id = in_series.report_id AND answer.objective_id IS NOT DISTINCT FROM in_series.objective_id
LEFT JOIN answer AS earlier
    ON
        in_series.report_before = earlier.report_id
        AND answer.field_id = earlier.field_id
        AND answer.objective_id IS NOT DISTINCT FROM earlier.objective_id
LEFT JOIN field ON in_series.template_id = field.template_id AND answer.field_id = field.field_id
LEFT JOIN template ON in_series.template_id = template.template_id
