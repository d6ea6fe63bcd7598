"""The analysis against the engine: what it calls untouched by activity does not change when all activity does.

Random nested queries over objectives and activity are run on data that differ in nothing but activity. Columns and
rows that the analysis says do not depend on it must be the same.
"""

from __future__ import annotations

import random

import duckdb
import pytest

from reportmetrics.metrics.levels.check import Levels, table_shapes
from reportmetrics.metrics.levels.reader import read_sql
from reportmetrics.metrics.levels.relation import Shape

SHAPES = {
    "objective": Shape(("objective_id", "name"), frozenset({frozenset({"objective_id"})})),
    "activity": Shape(("activity_id", "objective_id", "kind"), frozenset({frozenset({"activity_id"})})),
}
OBJECTIVES = [("a", "x"), ("b", "y"), ("c", "x"), ("d", None)]
ACTIVITIES = (
    [],
    [("1", "a", "x"), ("2", "a", "y"), ("3", "b", "y"), ("4", None, "x")],
    [("a", "c", "z"), ("b", "d", "x"), ("c", "a", "a")],
)
JOINS = ("INNER", "LEFT", "RIGHT", "FULL", "SEMI", "ANTI")
CONDITIONS = ("a.k = b.k", "a.k = b.k AND a.v = b.v", "a.v = b.v", "a.k <= b.k", "a.k = b.k OR a.v = b.v", "b.k = 'a'")


def query(rng: random.Random, depth: int) -> str:
    """A random SELECT of two text columns, k and v."""
    if depth == 0 or rng.random() < 0.15:
        return rng.choice(
            [
                "SELECT objective_id AS k, name AS v FROM objective",
                "SELECT objective_id AS k, name AS v FROM objective",
                "SELECT objective_id AS k, kind AS v FROM activity",
                "SELECT activity_id AS k, objective_id AS v FROM activity",
            ]
        )
    a, b = query(rng, depth - 1), query(rng, depth - 1)
    join, on, pick = rng.choice(JOINS), rng.choice(CONDITIONS), rng.choice(["a.v", "b.v", "b.k"])
    pick = "a.v" if join in ("SEMI", "ANTI") else pick
    forms = [
        f"SELECT a.k, {pick} AS v FROM ({a}) AS a {join} JOIN ({b}) AS b ON {on}",
        f"SELECT a.k, {pick} AS v FROM ({a}) AS a {join} JOIN ({b}) AS b ON {on}",
        f"SELECT k, {pick} AS v FROM ({a}) AS a {join} JOIN ({b}) AS b USING (k)",
        f"SELECT a.k, b.v FROM ({a}) AS a, ({b}) AS b",
        f"SELECT k, max(v) AS v FROM ({a}) AS a GROUP BY k",
        f"SELECT k, CAST(count(*) AS VARCHAR) AS v FROM ({a}) AS a GROUP BY ALL",
        f"SELECT max(k) AS k, CAST(count(v) AS VARCHAR) AS v FROM ({a}) AS a",
        f"SELECT DISTINCT k, v FROM ({a}) AS a",
        f"SELECT DISTINCT v AS k, 'c' AS v FROM ({a}) AS a",
        f"SELECT k, 'c' AS v FROM ({a}) AS a",
        f"SELECT v AS k, k AS v FROM ({a}) AS a",
        f"SELECT k, v FROM ({a}) AS a WHERE k < 'c' OR v IS NULL",
        f"SELECT k, v FROM ({a}) AS a WHERE {rng.choice(['', 'NOT '])}EXISTS (SELECT 1 FROM ({b}) AS b WHERE {on})",
        f"SELECT k, v FROM ({a}) AS a WHERE k {rng.choice(['', 'NOT '])}IN (SELECT b.k FROM ({b}) AS b)",
        f"SELECT a.k, (SELECT max(b.v) FROM ({b}) AS b WHERE {on}) AS v FROM ({a}) AS a",
        f"SELECT k, v FROM ({a}) AS a UNION {rng.choice(['', 'ALL '])}SELECT k, v FROM ({b}) AS b",
        f"SELECT k, v FROM ({a}) AS a {rng.choice(['EXCEPT', 'INTERSECT'])} SELECT k, v FROM ({b}) AS b",
        f"SELECT k, v FROM ({a}) AS a QUALIFY row_number() OVER (PARTITION BY k ORDER BY v) = 1",
        f"SELECT k, CAST(count(*) OVER (PARTITION BY v) AS VARCHAR) AS v FROM ({a}) AS a",
        f"SELECT k, v FROM ({a}) AS a ORDER BY k, v LIMIT 2",
        f"SELECT a.k, q.v FROM ({a}) AS a LEFT JOIN LATERAL"
        f" (SELECT max(b.v) AS v FROM ({b}) AS b WHERE {on}) AS q ON TRUE",
        f"WITH c AS ({a}) SELECT a.k, c.v FROM ({b}) AS a"
        " LEFT JOIN (SELECT k, max(v) AS v FROM c GROUP BY 1) AS c USING (k)",
    ]
    return rng.choice(forms)


@pytest.fixture(scope="module")
def databases():
    opened = []
    for activities in ACTIVITIES:
        connection = duckdb.connect()
        connection.execute("CREATE TABLE objective (objective_id VARCHAR, name VARCHAR)")
        connection.execute("CREATE TABLE activity (activity_id VARCHAR, objective_id VARCHAR, kind VARCHAR)")
        connection.executemany("INSERT INTO objective VALUES (?, ?)", OBJECTIVES)
        if activities:
            connection.executemany("INSERT INTO activity VALUES (?, ?, ?)", activities)
        opened.append(connection)
    yield opened
    for connection in opened:
        connection.close()


def untouched(sql: str) -> list[str] | None:
    """Columns that the analysis says do not depend on activity; None where the rows do."""
    levels = Levels({**table_shapes(), **SHAPES})
    output = read_sql(sql, levels.shapes)
    assert not output.faults, sql
    if "activity" in levels.of_all(output.output.rows):
        return None
    return [c for c, refs in output.output.columns.items() if "activity" not in levels.of_all(refs)]


@pytest.mark.parametrize("seed", range(20))
def test_what_the_analysis_calls_untouched_does_not_change(seed: int, databases) -> None:
    rng = random.Random(seed)
    telling = 0
    for _ in range(60):
        sql = query(rng, 3)
        columns = untouched(sql)
        if columns is None:
            continue
        telling += "activity" in sql
        listed = ", ".join(["'row' AS one", *columns])
        answers = [sorted(map(repr, d.execute(f"SELECT {listed} FROM ({sql})").fetchall())) for d in databases]
        assert answers[0] == answers[1] == answers[2], sql
    assert telling > 0, "no query read activity and was called untouched in part"
