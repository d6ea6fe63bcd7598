"""What judging leaves for the steps after it, whichever way it took."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from reportmetrics.ingest import judging
from reportmetrics.ingest.verdicts import judge
from tests.conftest import SmallMission

HEADER = "id,raised,decided,outcome\n"


def test_keys_that_all_are_new_leave_the_same_columns_as_others(
    mission: SmallMission, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a key that was known or stands twice nothing is put in order."""
    left: list[tuple[int, list[tuple[Any, ...]]]] = []

    def looked_at(connection: duckdb.DuckDBPyConnection, *given: Any, **more: Any) -> None:
        judge(connection, *given, **more)
        rows = connection.execute("SELECT count(*) FROM sequence").fetchall()[0][0]
        left.append((rows, connection.execute("DESCRIBE sequence").fetchall()))

    monkeypatch.setattr(judging, "judge", looked_at)
    for day, text in ((10, "A,2021-02-01,,\nB,2021-02-01,,\n"), (11, "A,2021-02-01,2021-02-05,OK\n")):
        mission.put(f"requests/{day}.csv", HEADER + text)
        mission.ingest(f"2021-02-{day}")
    (nothing, declared), (some, made) = left
    assert (nothing, some) == (0, 2), "the second file tells of A again"
    assert declared == made
