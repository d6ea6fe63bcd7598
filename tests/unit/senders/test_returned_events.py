"""Events of one moment, and events dated ahead, of which some come back mended: as they would have counted at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from reportmetrics import steps
from tests.conftest import SmallMission
from tests.unit.ingest.test_events_in_any_order import REQUESTS, day, put
from tests.unit.senders.test_returned import give_back
from tests.unit.senders.test_returned_late import NAMED, WITH_AMOUNT, known, mend, rebuilt_alike, register

DAY = "2021-02-05"
OF_A_DAY = {
    "twice around another": ("approved", "reopened", "approved"),
    "against the order of the mapping": ("withdrawn", "refused", "approved"),
    "twice around two": ("withdrawn", "reopened", "refused", "withdrawn"),
    "back and forth": ("approved", "refused", "approved", "refused", "reopened"),
}


def mission_of(folder: Path) -> SmallMission:
    return SmallMission(folder, sources=[REQUESTS, {**WITH_AMOUNT, **NAMED}])


def log(mission: SmallMission, events: Sequence[str], slips: Sequence[int] = ()) -> None:
    rows = [f"{'x' if n in slips else ''}{event},{DAY}," for n, event in enumerate(events)]
    put(mission, "a", "raised,2021-02-01,", *rows)
    mission.ingest("2021-02-16")


def passes(mission: SmallMission) -> None:
    assert not steps.check_new(mission.settings, mission.profile, now=day(120)).blocked
    rebuilt_alike(mission)


@pytest.mark.parametrize("events", OF_A_DAY.values(), ids=list(OF_A_DAY))
def test_each_of_a_day_keeps_its_place_in_the_file_whichever_comes_back(tmp_path: Path, events: Sequence[str]) -> None:
    right = mission_of(tmp_path / "right")
    log(right, events)
    for slip, event in enumerate(events):
        mission = mission_of(tmp_path / str(slip))
        log(mission, events, [slip])
        [book] = give_back(mission)
        mend(mission, book, {"events!what": {2: event}}, "2021-02-20")
        assert known(mission) == known(right), f"event {slip} came back"
    passes(mission)


@pytest.mark.parametrize("events", OF_A_DAY.values(), ids=list(OF_A_DAY))
def test_two_of_a_day_come_back_one_by_one_the_later_one_first(tmp_path: Path, events: Sequence[str]) -> None:
    right, mission = mission_of(tmp_path / "right"), mission_of(tmp_path / "mended")
    log(right, events)
    log(mission, events, [0, 1])
    [book] = give_back(mission)
    mend(mission, book, {"events!what": {3: events[1]}}, "2021-02-20")
    again = give_back(mission)[-1]
    mend(mission, again, {"events!what": {2: events[0]}}, "2021-02-22")
    assert known(mission) == known(right)
    passes(mission)


@pytest.mark.parametrize(
    ("first", "then"), [("reopened", "withdrawn"), ("refused", "approved")], ids=["taken back", "thought over"]
)
def test_an_event_keeps_its_place_behind_what_its_extract_told_again(tmp_path: Path, first: str, then: str) -> None:
    """Of one moment, and against the order of the mapping."""
    right, mission = mission_of(tmp_path / "right"), mission_of(tmp_path / "mended")
    for each, told in ((right, then), (mission, f"x{then}")):
        put(each, "a", "raised,2021-02-01,", f"{first},{DAY},")
        each.ingest("2021-02-06")
        put(each, "b", "raised,2021-02-01,", f"{first},{DAY},", f"{told},{DAY},")
        each.ingest("2021-02-13")
    [book] = give_back(mission)
    mend(mission, book, {"events!what": {2: then}}, "2021-02-20")
    assert known(mission) == known(right)
    passes(mission)


def test_a_refused_event_of_another_moment_leaves_a_repeat_a_repeat(tmp_path: Path) -> None:
    mission = mission_of(tmp_path / "mission")
    put(mission, "a", f"approved,{DAY},", "xreopened,2021-02-06,", f"approved,{DAY},")
    put(mission, "b", f"refused,{DAY},", f"xreopened,{DAY},", f"refused,{DAY},", request="B,")
    [a, b] = mission.ingest("2021-02-16").deliveries
    assert [(d.accepted, d.duplicate, d.rejected) for d in (a, b)] == [(0, 1, 2), (0, 0, 3)]


def test_an_event_dated_ahead_stays_so_when_it_comes_back_after_its_day(tmp_path: Path) -> None:
    """It counts until a newer one than those known by then is told."""
    right, mission = mission_of(tmp_path / "right"), mission_of(tmp_path / "mended")
    for each, what in ((right, "approved"), (mission, "aproved")):
        put(each, "a", "raised,2021-02-01,", f"{what},2021-03-20,")
        each.ingest("2021-03-03")
    [book] = give_back(mission)
    for each in (right, mission):
        put(each, "b", "reopened,2021-03-10,")
        each.ingest("2021-03-12")
    mend(mission, book, {"events!what": {2: "approved"}}, "2021-03-25")
    assert known(mission) == known(right) == {"A": ("2021-02-01", "None", "open", "None")}
    passes(mission)


def test_a_register_that_is_dated_ahead_settles_nothing_for_an_event_that_comes_back_after_that_day(
    tmp_path: Path,
) -> None:
    right, mission = mission_of(tmp_path / "right"), mission_of(tmp_path / "mended")
    for each, what in ((right, "approved"), (mission, "aproved")):
        register(each, "20210302", "A,2021-02-01,2021-03-20,denied,1")
        put(each, "a", f"{what},2021-03-03,")
        each.ingest("2021-03-04")
    [book] = give_back(mission)
    mend(mission, book, {"events!what": {2: "approved"}}, "2021-03-25")
    assert known(mission) == known(right) == {"A": ("2021-02-01", "2021-03-03", "approved", "1.0")}
    passes(mission)
