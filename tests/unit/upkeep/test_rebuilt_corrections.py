"""A warehouse that is made anew takes no correction once more, and holds what it held."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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


EACH = [(now, later) for now in ("2021-02-02", "2021-02-12") for later in ("before", "after", "both")]
"""Of each request: what its approval is corrected to; whether another event comes before the correction or after it."""


def events_of_each(*events: str, unless: str = "") -> list[str]:
    return [f"R{n},{event}" for n, (_, later) in enumerate(EACH) if later != unless for event in events]


def test_corrections_of_the_times_of_events(tmp_path: Path) -> None:
    mission = SmallMission(tmp_path / "mission", sources=[EVENTS])
    sent(mission, 16, *events_of_each(RAISED, "seen,2021-02-05,", "approved,2021-02-09,"), request="")
    [(sha256,)] = mission.ask("SELECT source_file FROM ledger")
    sent(mission, 17, *events_of_each("reopened,2021-02-10,", unless="after"), request="")
    record = {"file": sha256[:12], "reason": "letter", "author": "data officer", "column": "when"}
    approved = {**record, "was": "2021-02-09", "date": "2021-02-19"}
    seen = {**record, "was": "2021-02-05", "now": "2021-02-04", "date": "2021-02-20"}
    rows = [(3 * n + 2, now) for n, (now, _) in enumerate(EACH)]
    corrections = [{**approved, "row": row + 2, "now": now} for row, now in rows] + [
        {**seen, "row": r + 1} for r, _ in rows
    ]
    mission.sources = [{**EVENTS, "corrections": corrections}]
    assert [d.accepted + d.duplicate for d in mission.ingest(day(20)).deliveries] == [len(EACH), len(EACH)]
    sent(mission, 21, *events_of_each("refused,2021-02-08,", "approved,2021-02-09,", unless="before"), request="")
    made_anew(mission, "2021-03-20")
    sent(mission, 26, *events_of_each("withdrawn,2021-02-14,"), request="")
    made_anew(mission, "2021-03-21")


def test_one_that_was_refused_is_not_refused_once_more(mission: SmallMission) -> None:
    mission.put("requests/log.csv", LOG)
    mission.ingest("2021-02-20")
    mission.put("requests/log.csv", LOG.replace("A,2021-02-01,2021-02-05", "A,2021-02-01,2021-02-07"))
    mission.ingest("2021-02-27")
    mission.sources = [{**REQUESTS, "corrections": [correction()]}]
    assert [d.status for d in mission.ingest("2021-03-02").deliveries] == ["unreadable"]
    made_anew(mission, "2021-03-03")
