"""Requests that a log and a register both tell of: events told once more do not undo what a register told since."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reportmetrics.ingest.ledger import Delivery
from reportmetrics.ingest.rebuild import rebuild
from tests.conftest import SmallMission
from tests.unit.ingest.test_events_in_any_order import DATED, EVENTS, RAISED, REQUESTS, put, state

DAY = {"format": "%Y-%m-%d", "timezone": "UTC"}
REGISTER: dict[str, Any] = {
    "source": "register",
    "title": "Register of requests",
    "sender": "desk",
    "files": "register/*.csv",
    "reader": "csv",
    "table": "request",
    "columns": {
        "request_id": "request",
        "hq": {"value": "HQ"},
        "raised_at": {"from": "raised", **DAY},
        "decided_at": {"from": "decided", **DAY},
        "outcome": "outcome",
    },
}
REGISTERED = ("2021-02-02,2021-02-20,denied", "2021-02-02,2021-02-03,denied", "2021-02-02,,open")
LOG = (RAISED, "approved,2021-02-05,")
TOLD = ("raised_at", "decided_at", "outcome")


def mission_of(folder: Path, **more: Any) -> SmallMission:
    return SmallMission(folder / "mission", sources=[{**REQUESTS, **more}, {**REGISTER, **more}])


def take(mission: SmallMission, number: int, told: str | tuple[str, ...], place: int) -> Delivery:
    """One file of the register (a text) or of the log (its events), named by ``number``, the ``place``-th to come."""
    name = f"202103{number + 1:02}"
    if isinstance(told, str):
        mission.put(f"register/{name}.csv", f"request,raised,decided,outcome\nA,{told}\n" + "\n" * number)
    else:
        put(mission, name, *told)
    [line] = mission.ingest(dt.datetime(2021, 4, 1) + dt.timedelta(days=place)).deliveries
    return line


def told(mission: SmallMission) -> tuple[Any, ...]:
    found = state(mission)
    return tuple(str(found[n])[:10] for n in TOLD)


@pytest.mark.parametrize("known", ["arrival", "name"])
@pytest.mark.parametrize("registered", REGISTERED)
def test_overlapping_extracts_do_not_undo_what_a_register_told(tmp_path: Path, registered: str, known: str) -> None:
    mission = mission_of(tmp_path, **({} if known == "arrival" else DATED))
    take(mission, 0, LOG, 0)
    take(mission, 1, registered, 1)
    expected = told(mission)
    assert expected == tuple(text or "None" for text in registered.split(","))
    # An extract that holds a row twice is no copy of the file before it.
    for number, again in ((2, (*LOG, RAISED)), (3, registered), (4, (*LOG, *LOG))):
        line = take(mission, number, again, number)
        assert (line.accepted, line.superseded, line.rejected) == (0, 0, 0)
        assert told(mission) == expected
    take(mission, 5, ("approved,2021-02-25,",), 5)
    assert told(mission) == (expected[0], "2021-02-25", "approved")


def test_an_older_event_that_the_register_settled_leaves_what_it_does_not_hold(tmp_path: Path) -> None:
    mission = mission_of(tmp_path)
    for number, each in enumerate((LOG, REGISTERED[0], (*LOG, "seen,2021-02-04,"))):
        take(mission, number, each, number)
    assert told(mission) == ("2021-02-02", "2021-02-20", "denied")
    assert str(state(mission)["acknowledged_at"])[:10] == "2021-02-04"


extracts = st.lists(st.sampled_from(EVENTS[:-2]), min_size=1, max_size=4).map(tuple)
deliveries = st.lists(st.one_of(extracts, st.sampled_from(REGISTERED)), min_size=2, max_size=4)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=deliveries, data=st.data())
def test_extracts_told_again_change_nothing_in_whatever_order_all_came(
    tmp_path_factory: pytest.TempPathFactory, files: list[str | tuple[str, ...]], data: st.DataObject
) -> None:
    every = [(RAISED,), *files]
    right = mission_of(tmp_path_factory.mktemp("right"), **DATED)
    for number, each in enumerate(every):
        take(right, number, each, number)
    expected = state(right)
    events = tuple(e for each in every if not isinstance(each, str) for e in each)
    again = take(right, len(every), events, len(every))
    assert (again.accepted, again.superseded, again.rejected) == (0, 0, 0)
    assert state(right) == expected
    shuffled = mission_of(tmp_path_factory.mktemp("shuffled"), **DATED)
    order = data.draw(st.permutations(range(1, len(every) + 1)))
    for place, number in enumerate([0, *order]):
        take(shuffled, number, [*every, events][number], place)
    assert state(shuffled) == expected
    everything = [f"SELECT * FROM {name} ORDER BY ALL" for name in ("core.request", "latest.request", "ledger")]
    before = [shuffled.ask(sql) for sql in everything]
    rebuild(shuffled.settings, shuffled.profile)
    assert [shuffled.ask(sql) for sql in everything] == before
