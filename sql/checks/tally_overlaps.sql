/*---
id: tally_overlaps
title: Tallies of a form and unit share no days
table: report_tally
severity: warning
remedy: >-
  correct the periods, or drop one kind of tally in the source's mapping; until then completeness and hours count the
  one that was told last, of those that tell the number and that no single report displaces, and call the others
  missing (both, where they were told at once)
---*/
SELECT
    t.row_key,
    'tally of ' || t.template_id || ' and ' || t.unit_id || ' for ' || t.period_start || ' to ' || t.period_end
    || ' shares days with ' || count(*) || ' other, the first for '
    || min(o.period_start || ' to ' || o.period_end) AS detail
FROM report_tally AS t
INNER JOIN report_tally AS o
    ON
        t.template_id = o.template_id
        AND t.unit_id = o.unit_id
        AND t.period_start <= o.period_end
        AND t.period_end >= o.period_start
        AND t.row_key != o.row_key
GROUP BY t.row_key, t.template_id, t.unit_id, t.period_start, t.period_end
ORDER BY t.row_key
