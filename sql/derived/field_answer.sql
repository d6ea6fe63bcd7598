/*---
id: field_answer
one_row_is: an answered field of a report in its latest revision, beside the same field of the series' report before
level: process
---*/
-- A series is a form, a unit and an objective. Its reports stand in order of period, then of sending. Only the report
-- just before counts: an answer that follows a blank is new. The first report of a series has nothing to differ from.
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
        latest.template_id,
        latest.unit_id,
        latest.reporter_id,
        latest.period_start,
        latest.period_end,
        latest.submitted_at,
        latest.prep_minutes,
        report_field.value_number,
        concat(cast(report_field.value_number AS VARCHAR), '|', trim(report_field.value_text)) AS given_answer,
        coalesce(report_field.confirmed_unchanged, FALSE) AS confirmed_unchanged,
        dense_rank() OVER (
            PARTITION BY latest.template_id, latest.unit_id, report_field.objective_id
            ORDER BY latest.period_start, latest.submitted_at, report_field.report_id
        ) AS report_number
    FROM report_field
    INNER JOIN latest ON report_field.report_id = latest.report_id AND latest.from_latest = 1
    WHERE
        report_field.value_number IS NOT NULL
        OR nullif(trim(report_field.value_text), '') IS NOT NULL
        OR report_field.confirmed_unchanged
),

compared AS (
    SELECT
        row_key,
        report_id,
        field_id,
        objective_id,
        template_id,
        unit_id,
        reporter_id,
        period_start,
        period_end,
        submitted_at,
        prep_minutes,
        value_number,
        given_answer,
        confirmed_unchanged,
        report_number,
        lag(report_number) OVER field_series AS last_number,
        lag(given_answer) OVER field_series AS last_answer
    FROM answer
    WINDOW
        field_series AS (PARTITION BY template_id, unit_id, objective_id, field_id ORDER BY report_number)
)

SELECT
    compared.row_key,
    compared.report_id,
    compared.template_id,
    compared.unit_id,
    compared.objective_id,
    compared.field_id,
    compared.reporter_id,
    compared.period_start,
    compared.period_end,
    compared.submitted_at,
    compared.value_number,
    compared.confirmed_unchanged,
    field.kind,
    field.uses,
    field.alarm,
    field.minutes AS field_minutes,
    coalesce(cast(compared.prep_minutes AS DOUBLE), template.minutes_central) AS report_minutes,
    CASE
        WHEN compared.report_number = 1 THEN NULL
        WHEN compared.given_answer = '|' THEN FALSE
        WHEN compared.last_number IS NULL OR compared.last_number < compared.report_number - 1 THEN TRUE
        ELSE compared.given_answer != compared.last_answer
    END AS changed
FROM compared
LEFT JOIN field ON compared.template_id = field.template_id AND compared.field_id = field.field_id
LEFT JOIN template ON compared.template_id = template.template_id
