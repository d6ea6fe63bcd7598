"""The log of answers to reports: what is taken, what is refused and why, what is known on which day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import polars as pl

from reportmetrics.warehouse.snapshot import Snapshot
from tests.conftest import SmallMission

ANSWERS: dict[str, Any] = {
    "source": "answers",
    "title": "Answers to reports",
    "sender": "desk",
    "files": "answers/*.csv",
    "reader": "csv",
    "table": "feedback",
    "columns": {
        "report_id": "report",
        "kind": "answer",
        "given_at": {"from": "on", "format": "%Y-%m-%d"},
        "given_by": "office",
        "decision": "decision",
    },
}
LOG = """report,answer,on,office,decision
R1,acknowledged,2021-02-01,Plans,
R1,used,2021-02-03,Board,Board of February
R2,used,2021-02-03,Board,
R3,liked,2021-02-03,Plans,
R4,question,,Plans,
R1,acknowledged,2021-02-01,Plans,
"""


def test_a_use_names_its_decision_and_every_refused_row_says_why(mission: SmallMission) -> None:
    mission.sources = [ANSWERS]
    mission.put("answers/a.csv", LOG)
    (delivery,) = mission.ingest("2021-02-05").deliveries
    assert (delivery.accepted, delivery.rejected, delivery.duplicate) == (2, 3, 1)
    assert mission.ask("SELECT source_row, column_name, code FROM reject ORDER BY source_row") == [
        (4, "decision", "use_without_decision"),
        (5, "answer", "unknown_code"),
        (6, "on", "missing"),
    ]
    (remedy,) = mission.ask("SELECT remedy FROM reject WHERE code = 'use_without_decision'")[0]
    assert remedy == "name the decision, or give another kind of answer"


def test_an_answer_is_known_from_the_day_after_it_was_given(
    mission: SmallMission, rows_of: Callable[[Snapshot, str], pl.DataFrame]
) -> None:
    mission.sources = [ANSWERS]
    mission.put("answers/a.csv", LOG)
    mission.ingest(dt.datetime(2021, 2, 2))
    early, late = (mission.snapshot(day, f"s{day}") for day in ("2021-02-03", "2021-02-04"))
    assert rows_of(early, "feedback")["kind"].to_list() == ["acknowledged"]
    assert sorted(rows_of(late, "feedback")["kind"]) == ["acknowledged", "used"]
