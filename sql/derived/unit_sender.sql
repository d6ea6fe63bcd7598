/*---
id: unit_sender
one_row_is: a sender who has reported for a unit
level: process
---*/
-- Lines of nothing for each of them put everybody who reports for a unit behind its figures, whatever those count: so a
-- hidden unit does not show by having a figure at all.
SELECT
    min(row_key) AS row_key,
    unit_id,
    reporter_id
FROM report
WHERE reporter_id IS NOT NULL
GROUP BY unit_id, reporter_id
