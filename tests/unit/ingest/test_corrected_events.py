"""Corrected events of a log: each takes the place of what it was, and of nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reportmetrics.ingest.rebuild import rebuild
from tests.conftest import SmallMission
from tests.unit.ingest.test_events_in_any_order import (
    RAISED,
    REQUESTS,
    STATE,
    day,
    expected_of,
    sent,
    state,
    told_of_all,
)

APPROVED_TWICE = ("approved,2021-02-05,", "reopened,2021-02-05,", "approved,2021-02-05,")


@pytest.fixture
def log(tmp_path: Path) -> SmallMission:
    return SmallMission(tmp_path / "mission", sources=[REQUESTS])


@dataclass(frozen=True)
class Fix:
    """A cell of a row of the first file: what it says and what it should."""

    row: int
    was: str
    now: str
    column: str = "when"


def dated(number: int) -> str:
    return day(number).date().isoformat()


def moved(row: int, was: int, now: int) -> Fix:
    return Fix(row, dated(was), dated(now))


def correct(log: SmallMission, on: int, fixes: Iterable[Fix]) -> None:
    """Add records to the mapping, and take them in."""
    [(sha256,)] = log.ask("SELECT source_file FROM ledger WHERE file_seq = 1")
    about = {"file": sha256[:12], "date": dated(on), "reason": "letter", "author": "data officer"}
    known = log.sources[0].get("corrections", [])
    new = [{**about, "row": f.row, "column": f.column, "was": f.was, "now": f.now} for f in fixes]
    log.sources = [{**REQUESTS, "corrections": [*known, *new]}]
    lines = log.ingest(day(on)).deliveries
    assert sum(line.accepted for line in lines) == len({fix["row"] for fix in new})
    assert sum(line.rejected for line in lines) == 0


def test_a_corrected_event_gives_way_to_what_it_is_now(log: SmallMission) -> None:
    """Its moment was told too late, or years ahead; what is corrected is the event, and not that there were two."""
    for wrong in ("2021-02-15", "2031-02-05"):
        mission = log.elsewhere(wrong)
        sent(mission, 16, RAISED, f"approved,{wrong},", "seen,2021-02-03,")
        [(sha256,)] = mission.ask("SELECT source_file FROM ledger")
        record = {
            "file": sha256[:12],
            "row": 3,
            "column": "when",
            "was": wrong,
            "now": "2021-02-05",
            "date": "2021-02-20",
        }
        mission.sources = [{**REQUESTS, "corrections": [{**record, "reason": "letter", "author": "data officer"}]}]
        [line] = mission.ingest(day(20)).deliveries
        assert (line.accepted, line.rejected, line.duplicate) == (1, 0, 0)
        assert "columns that the mapping does not know" not in str(line.message)
        assert tuple(state(mission)[n] for n in STATE[1:5]) == (day(3), day(5), None, "approved")
        before = mission.ask("SELECT * FROM core.request ORDER BY ALL")
        rebuild(mission.settings, mission.profile)
        assert mission.ask("SELECT * FROM core.request ORDER BY ALL") == before


def test_a_correction_of_an_event_undoes_no_later_one(log: SmallMission) -> None:
    sent(log, 16, "raised,2021-02-01,lwo", "approved,2021-02-05,", "reopened,2021-02-08,")
    [(sha256,)] = log.ask("SELECT source_file FROM ledger")
    record = {"file": sha256[:12], "reason": "letter", "author": "data officer", "date": "2021-02-20"}
    corrections = [
        {**record, "row": 2, "column": "priority", "was": "lwo", "now": "low"},
        {**record, "row": 3, "column": "when", "was": "2021-02-05", "now": "2021-02-06"},
    ]
    log.sources = [{**REQUESTS, "corrections": corrections}]
    log.ingest(day(20))
    assert tuple(state(log)[n] for n in STATE[2:]) == (None, None, "open", "low")


@pytest.mark.parametrize("first", ["correction", "event"])
def test_a_corrected_event_holds_up_nothing_between_its_two_times(log: SmallMission, first: str) -> None:
    """Approved on 5 February, written as 15; reopened on 8: told before the correction, or after it."""
    sent(log, 16, RAISED, "approved,2021-02-15,")
    [(sha256,)] = log.ask("SELECT source_file FROM ledger")
    record = {"file": sha256[:12], "row": 3, "column": "when", "was": "2021-02-15", "now": "2021-02-05"}
    told = {"date": "2021-02-20", "reason": "letter", "author": "data officer"}
    corrected = [{**REQUESTS, "corrections": [{**record, **told}]}]
    if first == "correction":
        log.sources = corrected
        log.ingest(day(18))
    sent(log, 19, "reopened,2021-02-08,")
    log.sources = corrected
    log.ingest(day(21))
    assert tuple(state(log)[n] for n in STATE[2:5]) == (None, None, "open")
    # Told again as it was wrong, it stays corrected.
    sent(log, 22, RAISED, "approved,2021-02-15,", "seen,2021-02-02,")
    assert tuple(state(log)[n] for n in STATE[1:5]) == (day(2), None, None, "open")
    # The correction taken back, it counts as it was told.
    back = {**record, "was": record["now"], "now": record["was"], **told, "date": "2021-02-24"}
    log.sources = [{**REQUESTS, "corrections": [*corrected[0]["corrections"], back]}]
    [line] = log.ingest(day(25)).deliveries
    assert (line.accepted, line.duplicate, line.rejected) == (1, 0, 0)
    assert tuple(state(log)[n] for n in STATE[2:5]) == (day(15), None, "approved")


CASES: list[tuple[tuple[str, ...], list[Fix], tuple[Any, ...]]] = [
    # Of two that are alike but for the row, the other one stands.
    (APPROVED_TWICE, [moved(3, 5, 4)], (None, day(5), None, "approved")),
    (APPROVED_TWICE, [moved(3, 5, 6)], (None, day(6), None, "approved")),
    (APPROVED_TWICE, [moved(5, 5, 6)], (None, day(6), None, "approved")),
    (APPROVED_TWICE, [moved(5, 5, 4)], (None, None, None, "open")),
    # The second of a day stays the second when it is of another kind.
    (APPROVED_TWICE, [Fix(5, "approved", "refused", "what")], (None, day(5), None, "denied")),
    (APPROVED_TWICE, [Fix(3, "approved", "refused", "what")], (None, day(5), None, "approved")),
    # One becomes what another one was.
    (("seen,2021-02-02,", "seen,2021-02-03,"), [moved(3, 2, 3), moved(4, 3, 2)], (day(3), None, None, "open")),
    (("seen,2021-02-02,", "seen,2021-02-03,"), [moved(4, 3, 2), moved(3, 2, 4)], (day(4), None, None, "open")),
    # Told twice with nothing in between it is one event.
    (("seen,2021-02-05,", "seen,2021-02-05,"), [moved(3, 5, 3)], (day(3), None, None, "open")),
    (("seen,2021-02-05,", "seen,2021-02-05,"), [moved(4, 5, 3)], (day(3), None, None, "open")),
    # What was corrected is corrected once more.
    (("seen,2021-02-02,",), [moved(3, 2, 9), moved(3, 9, 4)], (day(4), None, None, "open")),
    # One becomes what another one is, and leaves it again.
    (
        ("approved,2021-02-05,", "reopened,2021-02-06,", "approved,2021-02-08,"),
        [moved(3, 5, 8), moved(3, 8, 7), moved(5, 8, 9)],
        (None, day(9), None, "approved"),
    ),
    (("approved,2021-02-15,", "approved,2021-02-05,"), [moved(3, 15, 5)], (None, day(5), None, "approved")),
]
"""Events of a request as they were told, what of them is corrected, its state then. Row 2 is that it was raised."""


def events_of_all(*more: str) -> list[str]:
    return [f"R{n},{event}" for n, (told, _, _) in enumerate(CASES) for event in (RAISED, *told, *more)]


def place_of(case: int, fix: Fix) -> Fix:
    """The same fix in the file of all cases, each a request of its own."""
    return replace(fix, row=fix.row + sum(1 + len(told) for told, _, _ in CASES[:case]))


@pytest.mark.parametrize("together", [True, False], ids=["at once", "one by one"])
def test_a_correction_is_of_the_event_of_its_row(log: SmallMission, together: bool) -> None:
    sent(log, 16, *events_of_all(), request="")
    longest = max(len(fixes) for _, fixes, _ in CASES)
    for number in range(1 if together else longest):
        some = slice(None) if together else slice(number, number + 1)
        correct(log, 20 + number, [place_of(n, fix) for n, (_, fixes, _) in enumerate(CASES) for fix in fixes[some]])
    right = {f"R{n}": expected for n, (_, _, expected) in enumerate(CASES)}
    assert told_of_all(log, *STATE[1:5]) == right
    # An extract that tells them all as they were told first changes nothing.
    sent(log, 25, *events_of_all("raised,2021-02-01,low"), request="")
    assert told_of_all(log, *STATE[1:5]) == right


KINDS = st.sampled_from(["seen", "approved", "refused", "withdrawn", "reopened"])
SOME = range(3)
"""Requests of one example: each has histories of its own."""


@dataclass(frozen=True)
class History:
    """Events of a request: kinds, days of each round of corrections, what an extract tells again and after which."""

    kinds: list[str]
    rounds: list[list[int]]
    extract: list[str]
    extract_after: int

    def told(self, number: int) -> list[str]:
        days = self.rounds[min(number, len(self.rounds) - 1)]
        return [f"{kind},{dated(on)}," for kind, on in zip(self.kinds, days, strict=True)]

    def fixes(self, number: int) -> list[Fix]:
        pairs = enumerate(zip(*self.rounds[number - 1 : number + 1], strict=True))
        return [moved(3 + n, was, now) for n, (was, now) in pairs if was != now]


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Days are exchanged among events and go on to others, in one round of corrections or two, around an extract."""
    kinds = draw(st.lists(KINDS, min_size=2, max_size=5))
    days = st.lists(st.integers(2, 14), min_size=len(kinds), max_size=len(kinds), unique=True)
    first, second, third = draw(days), draw(days), draw(days)
    exchanged = draw(st.permutations(first))
    rounds = [first, *draw(st.sampled_from([[exchanged], [second], [exchanged, second], [second, third]]))]
    told = [f"{kind},{dated(on)}," for kind, on in zip(kinds, first, strict=True)]
    extract = draw(st.lists(st.sampled_from(told), unique=True))
    return History(kinds, rounds, extract, draw(st.integers(0, len(rounds) - 1)))


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(histories(), min_size=len(SOME), max_size=len(SOME)))
def test_any_corrections_give_the_state_of_the_right_events(
    tmp_path_factory: pytest.TempPathFactory, told: list[History]
) -> None:
    log = SmallMission(tmp_path_factory.mktemp("log") / "mission", sources=[REQUESTS])
    sent(log, 16, *(f"R{n},{e}" for n, h in enumerate(told) for e in (RAISED, *h.told(0))), request="")
    above = [sum(1 + len(h.kinds) for h in told[:n]) for n in SOME]
    for number in SOME:
        fixes = [(n, f) for n, h in enumerate(told) if 0 < number < len(h.rounds) for f in h.fixes(number)]
        correct(log, 17 + 2 * number, [replace(f, row=f.row + above[n]) for n, f in fixes])
        extract = [f"R{n},{e}" for n, h in enumerate(told) if h.extract_after == number for e in h.extract]
        if extract:
            sent(log, 17 + 2 * number, *extract, request="")
    right = {f"R{n}": expected_of({RAISED, *h.told(len(h.rounds))}) for n, h in enumerate(told)}
    assert told_of_all(log, *STATE) == {n: tuple(of_it[c] for c in STATE) for n, of_it in right.items()}


def test_what_was_told_as_a_correction_had_it_is_corrected_again(log: SmallMission) -> None:
    """Two days are exchanged, an extract tells one of the right days, and the event that has it is corrected on."""
    sent(log, 16, RAISED, "seen,2021-02-05,", "seen,2021-02-03,")
    correct(log, 17, [moved(3, 5, 3), moved(4, 3, 5)])
    sent(log, 18, "seen,2021-02-05,")
    assert state(log)["acknowledged_at"] == day(5)
    correct(log, 20, [moved(4, 5, 4)])
    assert state(log)["acknowledged_at"] == day(4)


def test_what_a_row_told_first_is_no_news_after_another_row_was_corrected_to_it_for_a_time(log: SmallMission) -> None:
    sent(log, 16, RAISED, "refused,2021-02-04,", "refused,2021-02-03,")
    correct(log, 17, [moved(3, 4, 2), moved(4, 3, 4)])
    correct(log, 19, [moved(4, 4, 3)])
    sent(log, 21, "refused,2021-02-04,")
    assert state(log)["decided_at"] == day(3)
