"""Event logs in every check of what is new: each event is a row of its own, and several tell of one request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reportmetrics import steps
from tests.conftest import SmallMission
from tests.unit.ingest.test_events_and_registers import REGISTER
from tests.unit.ingest.test_events_in_any_order import DATED, RAISED, REQUESTS, day, put

OF_ONE_REQUEST = (
    f"A,{RAISED}",
    "A,seen,2021-02-03,",
    "A,withdrawn,2021-02-04,",
    # Two of one moment, and one that is told twice.
    "A,reopened,2021-02-04,",
    "A,approved,2021-02-08,",
    "A,approved,2021-02-08,",
    f"B,{RAISED}",
)
OWN: dict[str, Any] = {"known_from": "event"}


@pytest.mark.parametrize("more", [{}, DATED, OWN], ids=["arrival", "name", "event"])
def test_a_log_with_several_events_of_one_request_passes(tmp_path: Path, more: dict[str, Any]) -> None:
    mission = SmallMission(tmp_path / "mission", sources=[{**REQUESTS, **more}, REGISTER])
    put(mission, "20210210", *OF_ONE_REQUEST, request="")
    mission.put("register/20210210.csv", "request,raised,decided,outcome\nA,2021-02-01,2021-02-08,approved\n")
    mission.ingest(day(11))
    checked = steps.check_new(mission.settings, mission.profile, now=day(11))
    assert [(r.check, r.message) for r in checked.results if not r.success] == []
    assert mission.ask("SELECT position, validated_position, (SELECT count(*) FROM set_aside) FROM state") == [
        (2, 2, 0)
    ]
    # An extract that overlaps the one before passes too.
    put(mission, "20210217", *OF_ONE_REQUEST[1:], "B,refused,2021-02-16,", request="")
    mission.ingest(day(18))
    assert not steps.check_new(mission.settings, mission.profile, now=day(18)).blocked
