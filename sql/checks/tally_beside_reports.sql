/*---
id: tally_beside_reports
title: No tally tells of days for which single reports are due, or came
table: report_tally
severity: warning
remedy: >-
  drop the tally in the source's mapping, or let the profile expect no single reports then ('units', 'valid_from' and
  'valid_to' of the form in templates.yaml); until then the tally is missing from completeness where reports are due,
  and from hours where reports came
---*/
WITH revision AS (
    SELECT
        template_id,
        unit_id,
        period_start,
        period_end,
        row_number() OVER (PARTITION BY report_id ORDER BY revision DESC) AS from_latest
    FROM report
),

single AS (
    SELECT
        template_id,
        unit_id,
        period_start,
        period_end,
        1 AS due,
        0 AS came
    FROM expected_report
    UNION ALL
    SELECT
        template_id,
        unit_id,
        period_start,
        period_end,
        0 AS due,
        1 AS came
    FROM revision
    WHERE from_latest = 1
)

SELECT
    t.row_key,
    'tally of ' || t.template_id || ' and ' || t.unit_id || ' for ' || t.period_start || ' to ' || t.period_end
    || ': in these days ' || sum(s.due) || ' single reports are due, and ' || sum(s.came) || ' came' AS detail
FROM report_tally AS t
INNER JOIN single AS s
    ON
        t.template_id = s.template_id
        AND t.unit_id = s.unit_id
        AND t.period_start <= s.period_end
        AND t.period_end >= s.period_start
GROUP BY t.row_key, t.template_id, t.unit_id, t.period_start, t.period_end
ORDER BY t.row_key
