/*---
id: withdrawal_leaves_revision
title: A report is taken back in its latest revision
table: withdrawn_report
severity: warning
remedy: ask the sender whether the whole report is meant; if so, the withdrawal must name the latest revision
---*/
SELECT
    w.row_key,
    'report ' || w.report_id || ', revision ' || w.revision || ', was taken back at '
    || left(cast(w.withdrawn_at AS VARCHAR), 16) || ' UTC, and revision ' || r.revision || ', sent at '
    || left(cast(r.submitted_at AS VARCHAR), 16) || ' UTC, stands' AS detail
FROM withdrawn_report AS w
INNER JOIN report AS r ON w.report_id = r.report_id AND w.withdrawn_at >= r.submitted_at
