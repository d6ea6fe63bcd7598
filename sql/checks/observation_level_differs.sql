/*---
id: observation_level_differs
title: A reading has the level of its indicator
table: observation
severity: warning
remedy: correct the reading's level; figures go by the indicator's
---*/
SELECT
    o.row_key,
    'reading of ' || o.indicator_id || ' on ' || o.observed_on || ' says ' || o.level AS detail
FROM observation AS o
ANTI JOIN indicator AS i ON o.indicator_id = i.indicator_id AND o.level = i.level
WHERE o.level IS NOT NULL
