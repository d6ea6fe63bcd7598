/*---
id: feedback_without_report
title: Each answer belongs to a known report
table: feedback
severity: warning
remedy: ask whoever keeps the log of answers for the right report_id, or the sender for the missing report
---*/
SELECT
    f.row_key,
    'answer (' || f.kind || ') to report ' || f.report_id AS detail
FROM feedback AS f
ANTI JOIN report AS r ON f.report_id = r.report_id
