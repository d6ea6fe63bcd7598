/*---
id: observation_objective_differs
title: A reading names the same objective as its indicator
table: observation
severity: warning
remedy: correct the reading's objective_id; figures go by the indicator's
---*/
SELECT
    o.row_key,
    'reading of ' || o.indicator_id || ' on ' || o.observed_on || ' names ' || o.objective_id AS detail
FROM observation AS o
ANTI JOIN indicator AS i ON o.indicator_id = i.indicator_id AND o.objective_id = i.objective_id
WHERE o.objective_id IS NOT NULL
