"""Ways to smuggle what was done into a metric of what was achieved, and the code that catches each.

Belongs here: SQL of metrics of level outcome that must not pass. Not here: what must pass (``test_no_false_alarm``).
"""

from __future__ import annotations

from typing import NamedTuple


class Attack(NamedTuple):
    """A metric's SQL that must be caught with ``code``."""

    way: str
    code: str
    sql: str


ATTACKS = [
    Attack("a column", "level-read", "SELECT row_key, hours AS value FROM activity"),
    Attack("a filter", "level-read", "SELECT row_key, planned_on FROM activity WHERE hours > 2"),
    Attack("neutral columns only: the rows tell", "level-read", "SELECT row_key, objective_id FROM activity"),
    Attack("a date of an activity", "level-read", "SELECT row_key, occurred_on AS observed_on FROM activity"),
    Attack("count(*)", "level-read", "SELECT objective_id AS row_key, count(*) AS value FROM activity GROUP BY 1"),
    Attack(
        "a join",
        "level-read",
        "SELECT r.row_key, r.value FROM outcome_reading AS r"
        " INNER JOIN activity AS a ON a.objective_id = r.objective_id",
    ),
    Attack(
        "a join that only multiplies",
        "level-read",
        "SELECT r.row_key, r.value FROM outcome_reading AS r LEFT JOIN activity AS a ON TRUE",
    ),
    Attack("a comma join", "level-read", "SELECT r.row_key, r.value FROM outcome_reading AS r, activity AS a"),
    Attack(
        "a semi-join",
        "level-read",
        "SELECT r.row_key, r.value FROM outcome_reading AS r SEMI JOIN activity AS a USING (objective_id)",
    ),
    Attack(
        "an anti-join",
        "level-read",
        "SELECT r.row_key, r.value FROM outcome_reading AS r ANTI JOIN activity AS a USING (objective_id)",
    ),
    Attack(
        "EXISTS",
        "level-read",
        "SELECT row_key, value FROM outcome_reading AS r"
        " WHERE EXISTS (SELECT 1 FROM activity AS a WHERE a.objective_id = r.objective_id)",
    ),
    Attack(
        "NOT IN",
        "level-read",
        "SELECT row_key, value FROM outcome_reading WHERE objective_id NOT IN (SELECT objective_id FROM activity)",
    ),
    Attack(
        "a quantified comparison",
        "level-read",
        "SELECT row_key, value FROM outcome_reading WHERE value > ANY (SELECT hours FROM activity)",
    ),
    Attack(
        "a scalar subquery",
        "level-read",
        "SELECT row_key, value * (SELECT count(*) FROM activity) AS value FROM outcome_reading",
    ),
    Attack(
        "a correlated subquery",
        "level-read",
        "SELECT row_key, (SELECT max(a.hours) FROM activity AS a WHERE a.objective_id = r.objective_id) AS value"
        " FROM outcome_reading AS r",
    ),
    Attack(
        "an array of a subquery",
        "level-read",
        "SELECT row_key, array(SELECT hours FROM activity) AS value FROM outcome_reading",
    ),
    Attack("a WITH part", "level-read", "WITH a AS (SELECT row_key, hours FROM activity) SELECT row_key, hours FROM a"),
    Attack(
        "a WITH part that is never used",
        "level-read",
        "WITH a AS (SELECT hours FROM activity) SELECT row_key, value FROM outcome_reading",
    ),
    Attack(
        "a WITH part under an innocent name",
        "table-hidden",
        "WITH outcome_reading AS (SELECT row_key, hours AS value FROM activity)"
        " SELECT row_key, value FROM outcome_reading",
    ),
    Attack(
        "a WITH part under an innocent name, its level",
        "level-read",
        "WITH outcome_reading AS (SELECT row_key, hours AS value FROM activity)"
        " SELECT row_key, value FROM outcome_reading",
    ),
    Attack(
        "an alias under an innocent name",
        "level-read",
        "SELECT outcome_reading.row_key, outcome_reading.hours AS value FROM activity AS outcome_reading",
    ),
    Attack(
        "a set operation",
        "level-read",
        "SELECT row_key, value FROM outcome_reading UNION ALL SELECT row_key, hours FROM activity",
    ),
    Attack(
        "EXCEPT",
        "level-read",
        "SELECT objective_id AS row_key FROM outcome_reading EXCEPT SELECT objective_id FROM activity",
    ),
    Attack("a level-mixed view", "level-read", "SELECT row_key, contact_hours AS value FROM week_frame"),
    Attack(
        "a filter on a level-mixed view",
        "level-read",
        "SELECT row_key, week FROM week_frame WHERE contact_hours IS NOT NULL",
    ),
    Attack(
        "an order that picks rows",
        "level-read",
        "SELECT row_key, week FROM week_frame QUALIFY row_number() OVER (ORDER BY contact_hours) = 1",
    ),
    Attack(
        "a named window",
        "level-read",
        "SELECT row_key, rank() OVER w AS value FROM week_frame WINDOW w AS (ORDER BY contact_hours)",
    ),
    Attack(
        "a FILTER clause",
        "level-read",
        "SELECT objective_id AS row_key, count(*) FILTER (WHERE contact_hours > 1) AS value"
        " FROM week_frame GROUP BY objective_id",
    ),
    Attack(
        "HAVING",
        "level-read",
        "SELECT objective_id AS row_key FROM week_frame GROUP BY objective_id HAVING sum(contact_hours) > 3",
    ),
    Attack("DISTINCT ON", "level-read", "SELECT DISTINCT ON (contact_hours) row_key FROM week_frame"),
    Attack(
        "a lateral join",
        "level-read",
        "SELECT r.row_key, q.hours AS value FROM outcome_reading AS r,"
        " LATERAL (SELECT a.hours FROM activity AS a WHERE a.objective_id = r.objective_id) AS q",
    ),
    Attack(
        "an ASOF join",
        "level-read",
        "SELECT r.row_key, a.hours AS value FROM outcome_reading AS r"
        " ASOF LEFT JOIN activity AS a ON a.objective_id = r.objective_id AND r.observed_on >= a.occurred_on",
    ),
    Attack("a struct", "level-read", "SELECT row_key, {'h': hours} AS value FROM activity"),
    Attack("the whole row", "whole-row", "SELECT row_key, activity AS value FROM activity"),
    Attack("the whole row, counted", "whole-row", "SELECT max(w) AS row_key FROM week_frame AS w"),
    Attack("SELECT *", "select-star", "SELECT * FROM week_frame"),
    Attack("SELECT * EXCLUDE", "select-star", "SELECT * EXCLUDE (contact_hours) FROM week_frame"),
    Attack("COLUMNS(*)", "select-star", "SELECT COLUMNS('c.*') FROM week_frame"),
    Attack("a row from a star", "select-star", "SELECT row_key, row(w.*) AS value FROM week_frame AS w"),
    Attack("FROM alone", "select-star", "FROM activity"),
    Attack("a column by position", "positional-reference", "SELECT #3 AS row_key FROM week_frame"),
    Attack("a schema", "qualified-name", "SELECT row_key FROM main.activity"),
    Attack("a schema, its level", "level-read", "SELECT row_key, hours FROM main.activity"),
    Attack("quotes and capitals", "level-read", 'SELECT row_key FROM "ACTIVITY"'),
    Attack("columns renamed in FROM", "level-read", "SELECT a AS row_key FROM activity AS t (a, b, c)"),
    Attack("a file", "table-unknown", "SELECT row_key FROM 'activity/2021-01.parquet'"),
    Attack("a file by function", "table-function", "SELECT row_key FROM read_parquet('activity/*.parquet')"),
    Attack("a CSV by function", "table-function", "SELECT row_key FROM read_csv('activity.csv')"),
    Attack("a query in a text", "table-function", "SELECT row_key FROM query('SELECT row_key FROM activity')"),
    Attack("a table's name in a text", "table-function", "SELECT row_key FROM query_table('activity')"),
    Attack("a catalogue function", "table-function", "SELECT estimated_size AS row_key FROM duckdb_tables()"),
    Attack("a system view", "table-unknown", "SELECT table_name AS row_key FROM information_schema.tables"),
    Attack("SHOW", "engine-differs", "SELECT name AS row_key FROM (SHOW TABLES)"),
    Attack("SUMMARIZE", "unsupported-sql", "SELECT max AS row_key FROM (SUMMARIZE activity)"),
    Attack("PIVOT", "unsupported-sql", "SELECT row_key FROM activity PIVOT (sum(hours) FOR kind IN ('meeting'))"),
    Attack("a sample", "unsupported-sql", "SELECT row_key FROM outcome_reading USING SAMPLE 10%"),
    Attack("another statement", "sql-one-select", "CREATE MACRO h() AS (SELECT sum(hours) FROM activity); SELECT h()"),
    Attack(
        "a list spread by another name",
        "unsupported-sql",
        "SELECT unlist([row_key]) AS row_key FROM outcome_reading",
    ),
    Attack(
        "a text spread into rows",
        "unsupported-sql",
        "SELECT regexp_split_to_table(row_key, ' ') AS row_key FROM outcome_reading",
    ),
    Attack(
        "two sources of one alias",
        "alias-twice",
        "SELECT r.row_key FROM outcome_reading AS r CROSS JOIN outcome_reading AS r",
    ),
    Attack("a parameter", "parameter", "SELECT row_key, $hours AS value FROM outcome_reading"),
    Attack(
        "a natural join",
        "unsupported-sql",
        "SELECT row_key FROM outcome_reading NATURAL JOIN activity",
    ),
    Attack(
        "a recursion",
        "unsupported-sql",
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < (SELECT count(*) FROM activity))"
        " SELECT n AS row_key FROM r",
    ),
    Attack("the table of all readings", "row-level-read", "SELECT row_key, value FROM observation"),
    Attack(
        "the table of all readings, filtered by the metric",
        "row-level-read",
        "SELECT row_key, value FROM observation WHERE level = 'outcome'",
    ),
    Attack("answers of any level", "level-read", "SELECT row_key, value_number FROM answer"),
    Attack("requests", "level-read", "SELECT row_key FROM request"),
    Attack("tours", "level-read", "SELECT row_key FROM tour"),
    Attack("a report's minutes", "level-read", "SELECT row_key, prep_minutes AS value FROM report"),
    Attack("a template's minutes", "level-read", "SELECT row_key, minutes_low AS value FROM template"),
    Attack("readings of outputs", "level-read", "SELECT row_key, value FROM output_reading"),
    Attack(
        "a parenthesised join",
        "level-read",
        "SELECT r.row_key FROM (outcome_reading AS r INNER JOIN activity AS a ON a.objective_id = r.objective_id)",
    ),
    Attack(
        "ORDER BY a subquery",
        "level-read",
        "SELECT row_key FROM outcome_reading ORDER BY (SELECT count(*) FROM activity)",
    ),
    Attack(
        "LIMIT a subquery",
        "level-read",
        "SELECT row_key FROM outcome_reading LIMIT (SELECT count(*) FROM activity)",
    ),
    Attack(
        "a lambda",
        "level-read",
        "SELECT row_key, list_transform([1], lambda x: x + contact_hours) AS value FROM week_frame",
    ),
    Attack(
        "rows of the other kind counted by a window",
        "level-read",
        "SELECT row_key, count(*) OVER (PARTITION BY objective_id) AS value FROM"
        " (SELECT row_key, objective_id FROM outcome_reading UNION ALL SELECT row_key, objective_id FROM activity)",
    ),
    Attack(
        "a window's bound",
        "level-read",
        "SELECT row_key, sum(1) OVER (ORDER BY week ROWS BETWEEN (SELECT count(*) FROM activity) PRECEDING"
        " AND CURRENT ROW) AS value FROM week_frame",
    ),
    Attack(
        "an order within an aggregate",
        "level-read",
        "SELECT objective_id AS row_key, first(week ORDER BY contact_hours) AS value FROM week_frame"
        " GROUP BY objective_id",
    ),
    Attack(
        "the greatest by another column",
        "level-read",
        "SELECT objective_id AS row_key, arg_max(week, contact_hours) AS value FROM week_frame GROUP BY objective_id",
    ),
    Attack(
        "the first of an ordered list",
        "level-read",
        "SELECT objective_id AS row_key, list(week ORDER BY contact_hours DESC)[1] AS value FROM week_frame"
        " GROUP BY objective_id",
    ),
    Attack(
        "a struct packed in one place and opened in another",
        "level-read",
        "SELECT r.row_key, s.x.h AS value FROM outcome_reading AS r,"
        " (SELECT {'h': sum(hours)} AS x FROM activity) AS s",
    ),
    Attack(
        "a value shown where enough was done",
        "level-read",
        "SELECT r.row_key, CASE WHEN (SELECT count(*) FROM activity AS a WHERE a.objective_id = r.objective_id) > 3"
        " THEN r.value END AS value FROM outcome_reading AS r",
    ),
    Attack(
        "OFFSET a subquery",
        "level-read",
        "SELECT row_key, value FROM outcome_reading ORDER BY row_key LIMIT 5 OFFSET (SELECT count(*) FROM activity)",
    ),
    Attack(
        "an order by all columns that picks rows",
        "level-read",
        "SELECT row_key FROM (SELECT contact_hours, row_key FROM week_frame ORDER BY ALL LIMIT 3) AS t",
    ),
    Attack(
        "a group by all columns",
        "level-read",
        "SELECT max(row_key) AS row_key FROM"
        " (SELECT contact_hours, max(row_key) AS row_key FROM week_frame GROUP BY ALL) AS t",
    ),
    Attack(
        "grouping sets",
        "level-read",
        "SELECT max(row_key) AS row_key, grouping(contact_hours) AS value FROM week_frame"
        " GROUP BY GROUPING SETS ((contact_hours), ())",
    ),
    Attack(
        "QUALIFY by the name of a window",
        "level-read",
        "SELECT row_key, row_number() OVER (ORDER BY contact_hours) AS n FROM week_frame QUALIFY n < 4",
    ),
    Attack(
        "a recursion that counts up to what was done",
        "level-read",
        "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < (SELECT count(*) FROM activity))"
        " SELECT CAST(i AS VARCHAR) AS row_key FROM n",
    ),
    Attack(
        "a WITH part within a WITH part under an innocent name",
        "level-read",
        "WITH a AS (WITH outcome_reading AS (SELECT row_key, hours AS value FROM activity)"
        " SELECT row_key, value FROM outcome_reading) SELECT row_key, value FROM a",
    ),
    Attack(
        "a materialized WITH part",
        "level-read",
        "WITH a AS MATERIALIZED (SELECT max(hours) AS h FROM activity)"
        " SELECT row_key, (SELECT h FROM a) AS value FROM outcome_reading",
    ),
    Attack(
        "a union by name",
        "level-read",
        "SELECT row_key FROM outcome_reading UNION BY NAME SELECT CAST(hours AS VARCHAR) AS row_key FROM activity",
    ),
    Attack(
        "INTERSECT",
        "level-read",
        "SELECT objective_id AS row_key FROM outcome_reading INTERSECT SELECT objective_id FROM activity",
    ),
    Attack(
        "as many rows as activities", "level-read", "SELECT unnest(range((SELECT count(*) FROM activity))) AS row_key"
    ),
    Attack(
        "a series as long as activities",
        "table-function",
        "SELECT CAST(i AS VARCHAR) AS row_key FROM generate_series(1, (SELECT count(*) FROM activity)) AS g (i)",
    ),
    Attack(
        "a list of those that were active",
        "level-read",
        "SELECT row_key FROM outcome_reading"
        " WHERE list_contains((SELECT list(objective_id) FROM activity), objective_id)",
    ),
    Attack(
        "a date moved by hours",
        "level-read",
        "SELECT row_key, week + to_days(CAST(contact_hours AS INTEGER)) AS observed_on FROM week_frame",
    ),
    Attack("a name ahead of its value", "level-read", "SELECT row_key, value: contact_hours FROM week_frame"),
    Attack("FROM ahead of SELECT", "level-read", "FROM week_frame SELECT row_key, contact_hours AS value"),
    Attack(
        "a field of the whole row", "whole-row", "SELECT row_key, week_frame['contact_hours'] AS value FROM week_frame"
    ),
    Attack("a table as it was", "unsupported-sql", "SELECT row_key FROM activity AT (VERSION => 1)"),
    Attack(
        "rows side by side",
        "level-read",
        "SELECT r.row_key, r.value FROM outcome_reading AS r POSITIONAL JOIN activity AS a",
    ),
    Attack(
        "a key that stands for membership",
        "level-read",
        "SELECT r.row_key FROM outcome_reading AS r SEMI JOIN output_reading AS o USING (row_key)",
    ),
    Attack("groups that other metrics hid", "level-read", "SELECT dims AS row_key FROM hidden_before"),
]
