/*---
id: ledger_balances
title: Rows read equal rows accepted, rejected, duplicate, superseded and filtered
table: ledger
severity: critical
remedy: this is a fault of the program, not of the file; report it with the file's name
---*/
SELECT
    l.file_seq || '/' || l.table_name AS row_key,
    l.original_name || ' (' || l.table_name || '): ' || l.rows_read || ' read, '
    || (l.accepted + l.rejected + l.duplicate + l.superseded + l.filtered) || ' accounted for' AS detail
FROM ledger AS l
WHERE l.rows_read != l.accepted + l.rejected + l.duplicate + l.superseded + l.filtered
