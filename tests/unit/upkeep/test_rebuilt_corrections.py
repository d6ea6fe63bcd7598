"""A warehouse that is made anew takes no correction once more, and holds what it held."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reportmetrics.ingest.rebuild import rebuild
from reportmetrics.warehouse.store import Store
from tests.conftest import REQUESTS, SmallMission
from tests.unit.ingest.test_corrections import LOG, correction
from tests.unit.ingest.test_events_in_any_order import RAISED, day, sent
from tests.unit.ingest.test_events_in_any_order import REQUESTS as EVENTS

TABLES = ("core.request", "latest.request", "ledger", "reject", "repeated", "resent")


def held(mission: SmallMission) -> dict[str, list[tuple[Any, ...]]]:
    with Store(mission.settings.warehouse) as store:
        run = store.connection.execute
        return {name: run(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in TABLES}


def made_anew(mission: SmallMission, after: str) -> None:
    """The same before and after a rebuild, and after a run that finds nothing new."""
    before = held(mission)
    assert rebuild(mission.settings, mission.profile).changed == []
    assert held(mission) == before
    assert mission.ingest(after).deliveries == []
    assert held(mission) == before


@pytest.mark.parametrize("now", ["2021-02-02", "2021-02-12"])
@pytest.mark.parametrize("later", ["before", "after", "both"])
def test_corrections_of_the_times_of_events(tmp_path: Path, now: str, later: str) -> None:
    """``later``: whether another event of the request comes before the correction or after it."""
    mission = SmallMission(tmp_path / "mission", sources=[EVENTS])
    sent(mission, 16, RAISED, "seen,2021-02-05,", "approved,2021-02-09,")
    [(sha256,)] = mission.ask("SELECT source_file FROM ledger")
    if later != "after":
        sent(mission, 17, "reopened,2021-02-10,")
    record = {"file": sha256[:12], "reason": "letter", "author": "data officer", "column": "when"}
    mission.sources = [
        {
            **EVENTS,
            "corrections": [
                {**record, "row": 4, "was": "2021-02-09", "now": now, "date": "2021-02-19"},
                {**record, "row": 3, "was": "2021-02-05", "now": "2021-02-04", "date": "2021-02-20"},
            ],
        }
    ]
    assert [d.accepted + d.duplicate for d in mission.ingest(day(20)).deliveries] == [1, 1]
    if later != "before":
        sent(mission, 21, "refused,2021-02-08,", "approved,2021-02-09,")
    made_anew(mission, "2021-03-20")
    sent(mission, 26, "withdrawn,2021-02-14,")
    made_anew(mission, "2021-03-21")


def test_one_that_was_refused_is_not_refused_once_more(mission: SmallMission) -> None:
    mission.put("requests/log.csv", LOG)
    mission.ingest("2021-02-20")
    mission.put("requests/log.csv", LOG.replace("A,2021-02-01,2021-02-05", "A,2021-02-01,2021-02-07"))
    mission.ingest("2021-02-27")
    mission.sources = [{**REQUESTS, "corrections": [correction()]}]
    assert [d.status for d in mission.ingest("2021-03-02").deliveries] == ["unreadable"]
    made_anew(mission, "2021-03-03")
