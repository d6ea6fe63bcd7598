/*---
id: tally_of_unknown
title: A tally is of a unit and a form that the profile knows, where any tally is
table: report_tally
severity: warning
remedy: correct the unit or the form, or add it to the profile; counts of places that no profile lists are all unknown
---*/
WITH judged AS (
    SELECT
        t.row_key,
        t.template_id,
        t.unit_id,
        u.unit_id IS NOT NULL AS unit_known,
        f.template_id IS NOT NULL AS form_known
    FROM report_tally AS t
    LEFT JOIN unit AS u ON t.unit_id = u.unit_id
    LEFT JOIN template AS f ON t.template_id = f.template_id
),

any_known AS (
    SELECT
        bool_or(unit_known) AS of_units,
        bool_or(form_known) AS of_forms
    FROM judged
)

SELECT
    judged.row_key,
    'tally of form ' || judged.template_id || ' and unit ' || judged.unit_id AS detail
FROM judged
CROSS JOIN any_known
WHERE (any_known.of_units AND NOT judged.unit_known) OR (any_known.of_forms AND NOT judged.form_known)
