/*---
id: feedback_before_report
title: No report is answered before it was sent
table: feedback
severity: warning
remedy: correct the day of the answer; until then it counts as given when the report was sent
---*/
SELECT
    f.row_key,
    'report ' || f.report_id || ' was sent at ' || min(r.submitted_at) || ' and answered at ' || f.given_at AS detail
FROM feedback AS f
INNER JOIN report AS r ON f.report_id = r.report_id
GROUP BY f.row_key, f.report_id, f.given_at
HAVING f.given_at < min(r.submitted_at)
