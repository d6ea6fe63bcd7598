"""Requests that a log and a register both tell of: events told once more do not undo what a register told since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reportmetrics.ingest.ledger import Delivery
from reportmetrics.ingest.rebuild import rebuild
from tests.conftest import SmallMission
from tests.unit.ingest.test_events_in_any_order import DATED, EVENTS, RAISED, REQUESTS, STATE, put, state, told_of_all

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


Events = tuple[str, ...]
Telling = Mapping[str, str | Events]
"""What a file tells of each request: texts of a register, or events of a log."""


def take(mission: SmallMission, number: int, told: Telling, place: int) -> Delivery:
    """One file of the register or of the log, named by ``number``, the ``place``-th to come."""
    name = f"202103{number + 1:02}"
    rows = [f"{n},{row}" for n, of_it in told.items() for row in ([of_it] if isinstance(of_it, str) else of_it)]
    if any(isinstance(of_it, str) for of_it in told.values()):
        lines = ["request,raised,decided,outcome", *rows, *[""] * number]
        mission.put(f"register/{name}.csv", "".join(f"{line}\n" for line in lines))
    else:
        put(mission, name, *rows, request="")
    [line] = mission.ingest(dt.datetime(2021, 4, 1) + dt.timedelta(days=place)).deliveries
    return line


def told(mission: SmallMission) -> dict[str, tuple[str, ...]]:
    return {n: tuple(str(cell)[:10] for cell in row) for n, row in told_of_all(mission, *TOLD).items()}


@pytest.mark.parametrize("known", ["arrival", "name"])
def test_overlapping_extracts_do_not_undo_what_a_register_told(tmp_path: Path, known: str) -> None:
    mission = mission_of(tmp_path, **({} if known == "arrival" else DATED))
    register = {f"R{n}": row for n, row in enumerate(REGISTERED)}
    take(mission, 0, dict.fromkeys(register, LOG), 0)
    take(mission, 1, register, 1)
    expected = {n: tuple(text or "None" for text in row.split(",")) for n, row in register.items()}
    assert told(mission) == expected
    # An extract that holds a row twice is no copy of the file before it.
    doubled: list[Telling] = [dict.fromkeys(register, (*LOG, RAISED)), register, dict.fromkeys(register, (*LOG, *LOG))]
    for number, again in enumerate(doubled, start=2):
        line = take(mission, number, again, number)
        assert (line.accepted, line.superseded, line.rejected) == (0, 0, 0)
        assert told(mission) == expected
    take(mission, 5, dict.fromkeys(register, ("approved,2021-02-25,",)), 5)
    assert told(mission) == {n: (raised, "2021-02-25", "approved") for n, (raised, _, _) in expected.items()}


@pytest.mark.parametrize(("dated", "first"), [({}, None), (DATED, None), (DATED, "log"), (DATED, "register")])
def test_a_register_goes_before_a_log_of_the_same_date(
    tmp_path: Path, dated: dict[str, Any], first: str | None
) -> None:
    """Neither what their files are called, nor which of two dated files came first, decides what is known."""
    mission = mission_of(tmp_path, **dated)
    head = "request,raised,decided,outcome\n"
    if first is not None:
        mission.put("register/20210208.csv", f"{head}A,2021-02-01,,open\n")
        mission.ingest("2021-02-09")
    files = {
        "log": lambda: put(mission, "20210301", "approved,2021-02-12,"),
        "register": lambda: mission.put("register/20210301.csv", f"{head}A,2021-02-02,,open\n"),
    }
    if first is not None:
        files.pop(first)()
        mission.ingest("2021-03-01")
    for put_it in files.values():
        put_it()
    lines = mission.ingest("2021-03-02").deliveries
    assert [line.rejected for line in lines] == [0] * len(lines)
    assert told(mission) == {"A": ("2021-02-02", "2021-02-12", "approved")}


def test_an_older_event_that_the_register_settled_leaves_what_it_does_not_hold(tmp_path: Path) -> None:
    mission = mission_of(tmp_path)
    for number, each in enumerate((LOG, REGISTERED[0], (*LOG, "seen,2021-02-04,"))):
        take(mission, number, {"A": each}, number)
    assert told(mission) == {"A": ("2021-02-02", "2021-02-20", "denied")}
    assert str(state(mission)["acknowledged_at"])[:10] == "2021-02-04"


SOME = st.sampled_from(("A", "B", "C"))
extracts = st.dictionaries(SOME, st.lists(st.sampled_from(EVENTS[:-2]), min_size=1, max_size=4).map(tuple), min_size=1)
deliveries = st.lists(
    st.one_of(extracts, st.dictionaries(SOME, st.sampled_from(REGISTERED), min_size=1)), min_size=2, max_size=4
)


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=deliveries, data=st.data())
def test_extracts_told_again_change_nothing_in_whatever_order_all_came(
    tmp_path_factory: pytest.TempPathFactory, files: list[Telling], data: st.DataObject
) -> None:
    first: Telling = dict.fromkeys("ABC", (RAISED,))
    every = [first, *files]
    right = mission_of(tmp_path_factory.mktemp("right"), **DATED)
    for number, each in enumerate(every):
        take(right, number, each, number)
    expected = told_of_all(right, *STATE)
    events: Telling = {
        n: tuple(e for each in every for of_it in [each.get(n, "")] if not isinstance(of_it, str) for e in of_it)
        for n in first
    }
    again = take(right, len(every), events, len(every))
    assert (again.accepted, again.superseded, again.rejected) == (0, 0, 0)
    assert told_of_all(right, *STATE) == expected
    shuffled = mission_of(tmp_path_factory.mktemp("shuffled"), **DATED)
    order = data.draw(st.permutations(range(1, len(every) + 1)))
    for place, number in enumerate([0, *order]):
        take(shuffled, number, [*every, events][number], place)
    assert told_of_all(shuffled, *STATE) == expected
    everything = [f"SELECT * FROM {name} ORDER BY ALL" for name in ("core.request", "latest.request", "ledger")]
    before = [shuffled.ask(sql) for sql in everything]
    rebuild(shuffled.settings, shuffled.profile)
    assert [shuffled.ask(sql) for sql in everything] == before
