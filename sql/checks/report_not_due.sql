/*---
id: report_not_due
title: A report is of a unit and a period for which its form is due
table: report
severity: warning
remedy: >-
  correct the report's form, unit or period, or the form in templates.yaml ('units', 'every', 'anchor', 'valid_from' and
  'valid_to'); its hours count, and completeness counts it only where its first day is that of a period that is due
---*/
-- A form that is due from nobody has no periods to compare with, and days on which a unit opens or closes are left out:
-- of a period that is not whole no report is due, and one may come.
WITH revision AS (
    SELECT
        row_key,
        report_id,
        template_id,
        unit_id,
        period_start,
        period_end,
        row_number() OVER (PARTITION BY report_id ORDER BY revision DESC) AS from_latest
    FROM report
),

due_from AS (
    SELECT
        template_id,
        unit_id,
        min(period_start) AS first_day,
        max(period_end) AS last_day
    FROM expected_report
    GROUP BY template_id, unit_id
),

due AS (
    SELECT
        template_id,
        min(first_day) AS first_day,
        max(last_day) AS last_day
    FROM due_from
    GROUP BY template_id
),

judged AS (
    SELECT
        r.row_key,
        r.report_id,
        r.template_id,
        r.unit_id,
        r.period_start,
        r.period_end,
        CASE
            WHEN r.period_end < t.valid_from OR r.period_start > t.valid_to
                THEN
                    'the form is valid' || coalesce(' from ' || t.valid_from, '') || coalesce(' to ' || t.valid_to, '')
            WHEN
                due.template_id IS NOT NULL
                AND due_from.unit_id IS NULL
                AND r.period_start >= greatest(due.first_day, u.valid_from)
                AND r.period_end <= least(due.last_day, u.valid_to)
                THEN 'the form is due from other units'
            WHEN
                r.period_start >= due_from.first_day
                AND r.period_end <= due_from.last_day
                AND e.row_key IS NULL
                THEN 'the form has other periods'
        END AS fault
    FROM revision AS r
    INNER JOIN template AS t ON r.template_id = t.template_id
    LEFT JOIN unit AS u ON r.unit_id = u.unit_id
    LEFT JOIN due ON r.template_id = due.template_id
    LEFT JOIN due_from ON r.template_id = due_from.template_id AND r.unit_id = due_from.unit_id
    LEFT JOIN expected_report AS e
        ON
            r.template_id = e.template_id
            AND r.unit_id = e.unit_id
            AND r.period_start = e.period_start
            AND r.period_end = e.period_end
    WHERE r.from_latest = 1
)

SELECT
    row_key,
    'report ' || report_id || ' (' || template_id || ') of ' || unit_id || ' for ' || period_start || ' to '
    || period_end || ': ' || fault AS detail
FROM judged
WHERE fault IS NOT NULL
