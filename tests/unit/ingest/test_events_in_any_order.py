"""Events of a log count by their moments, however they fall into files and in whatever order these come."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reportmetrics.ingest.rebuild import rebuild
from tests.conftest import SmallMission

TIME = {"from": "when", "format": "%Y-%m-%d", "timezone": "UTC"}
REQUESTS: dict[str, Any] = {
    "source": "events",
    "title": "Events of requests",
    "sender": "desk",
    "files": "events/*.csv",
    "reader": "csv",
    "table": "request",
    "events": {
        "event": "what",
        "time": TIME,
        "means": {
            "raised": {"at": "raised_at", "set": {"outcome": "open"}},
            "seen": "acknowledged_at",
            "approved": {"at": "decided_at", "set": {"outcome": "approved"}},
            "refused": {"at": "decided_at", "set": {"outcome": "denied"}},
            "withdrawn": {"at": "withdrawn_at", "set": {"outcome": "withdrawn"}, "clear": ["decided_at"]},
            "reopened": {"set": {"outcome": "open"}, "clear": ["decided_at", "withdrawn_at"]},
        },
    },
    "columns": {"request_id": "request", "hq": {"value": "HQ"}, "priority": {"from": "priority", "optional": True}},
}
DATED = {"facts": r"(?P<file_date>\d{8})\w*\.csv", "known_from": {"file_date": "%Y%m%d"}}
STATE = ("raised_at", "acknowledged_at", "decided_at", "withdrawn_at", "outcome", "priority")
RAISED = "raised,2021-02-01,low"


def day(number: int) -> dt.datetime:
    return dt.datetime(2021, 2, 1) + dt.timedelta(days=number - 1)


def put(mission: SmallMission, name: str, *events: str, request: str = "A,") -> None:
    """A file of events of one request, or of those that the events themselves begin with."""
    mission.put(f"events/{name}.csv", "request,what,when,priority\n" + "".join(f"{request}{e}\n" for e in events))


def sent(mission: SmallMission, number: int, *events: str, request: str = "A,") -> None:
    put(mission, f"2021{2 + number // 28:02}{1 + number % 28:02}", *events, request=request)
    mission.ingest(day(number + 1))


def state(mission: SmallMission, as_of: str = "2021-06-01") -> dict[str, Any]:
    [row] = mission.known("request", as_of).select(STATE).to_dicts()
    return row


def told_of_all(mission: SmallMission, *columns: str) -> dict[str, tuple[Any, ...]]:
    """These columns of each request, by its number."""
    found = mission.known("request", "2021-06-01").select("request_id", *columns)
    return {number: told for number, *rest in found.rows() for told in [tuple(rest)]}


@pytest.fixture
def log(tmp_path: Path) -> SmallMission:
    return SmallMission(tmp_path / "mission", sources=[REQUESTS])


UNDONE: list[tuple[tuple[str, ...], tuple[Any, ...]]] = [
    (("withdrawn,2021-02-05,", "reopened,2021-02-08,"), (None, None, "open")),
    (("approved,2021-02-05,", "reopened,2021-02-08,"), (None, None, "open")),
    (("approved,2021-02-05,", "withdrawn,2021-02-08,"), (None, day(8), "withdrawn")),
    (("refused,2021-02-05,", "approved,2021-02-08,"), (day(8), None, "approved")),
    # A day is no moment: of events of one day the later row of a file counts, and what ``means`` lists later.
    (("withdrawn,2021-02-05,", "reopened,2021-02-05,"), (None, None, "open")),
]


def test_what_was_undone_and_is_told_again_stays_undone(log: SmallMission) -> None:
    """Of each two requests, of the second of which something else is told beside it."""
    cases = {f"R{n}": (then, expected, n % 2) for n, (then, expected) in enumerate(c for c in UNDONE for _ in "ab")}
    sent(log, 10, *(f"{n},{e}" for n, (then, _, _) in cases.items() for e in (RAISED, *then)), request="")
    for number in (11, 12):
        again = (
            f"{n},{e}" for n, (then, _, more) in cases.items() for e in (then[0], *["seen,2021-02-09,"][: int(more)])
        )
        sent(log, number, *again, request="")
        assert told_of_all(log, *STATE[2:5]) == {n: expected for n, (_, expected, _) in cases.items()}


def test_an_older_event_that_comes_late_is_no_half_news(log: SmallMission) -> None:
    """A refusal of which only the date had counted, and an approval that a first reply after it had held up."""
    sent(log, 9, RAISED, "approved,2021-02-05,")
    sent(log, 10, "refused,2021-02-04,")
    assert state(log)["decided_at"] == day(5)
    assert state(log)["outcome"] == "approved"
    sent(log, 11, "seen,2021-02-09,")
    sent(log, 12, "refused,2021-02-07,")
    assert state(log)["decided_at"] == day(7)
    assert state(log)["outcome"] == "denied"


def test_what_an_event_says_beside_itself_follows_its_moment_too(log: SmallMission) -> None:
    sent(log, 9, RAISED, "approved,2021-02-05,high")
    sent(log, 10, RAISED)
    assert state(log)["priority"] == "high"


def test_day_of_a_reopening_on_which_it_is_decided_again(log: SmallMission) -> None:
    sent(log, 9, RAISED, "approved,2021-02-03,", "reopened,2021-02-05,", "approved,2021-02-05,")
    sent(log, 10, "reopened,2021-02-05,", "approved,2021-02-05,")
    assert state(log)["decided_at"] == day(5)


EVENTS = (
    "seen,2021-02-02,",
    "approved,2021-02-03,high",
    "reopened,2021-02-04,",
    "withdrawn,2021-02-05,low",
    "reopened,2021-02-06,",
    "refused,2021-02-07,",
    "raised,2021-02-01,",
    "seen,2021-02-08,",
)
REQUESTS_OF_IT = ("A", "B", "C")
files = st.lists(
    st.dictionaries(
        st.sampled_from(REQUESTS_OF_IT), st.lists(st.sampled_from(EVENTS), min_size=1, max_size=4), min_size=1
    ),
    min_size=1,
    max_size=4,
)


def expected_of(events: set[str]) -> dict[str, Any]:
    """By hand: each event of the log changes what it tells of, in the order of their moments."""
    found: dict[str, Any] = dict.fromkeys(STATE)
    means: dict[str, Any] = REQUESTS["events"]["means"]
    for event in sorted(events, key=lambda e: e.split(",")[1]):
        what, when, priority = event.split(",")
        told = means[what] if isinstance(means[what], dict) else {"at": means[what]}
        found |= dict.fromkeys(told.get("clear", []))
        found |= told.get("set", {})
        found |= {told["at"]: dt.datetime.fromisoformat(when)} if "at" in told else {}
        found |= {"priority": priority} if priority else {}
    return found


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=files, order=st.randoms(use_true_random=False))
@pytest.mark.parametrize("known", ["arrival", "name", "event"])
def test_any_files_give_the_state_of_their_events(
    tmp_path_factory: pytest.TempPathFactory, known: str, told: list[dict[str, list[str]]], order: Any
) -> None:
    """Repeats and all; requests are raised first, since events of one that nobody raised are refused, and say so."""
    more: dict[str, Any] = {"arrival": {}, "name": DATED, "event": {"known_from": "event"}}[known]
    mission = SmallMission(tmp_path_factory.mktemp("log") / "mission", sources=[{**REQUESTS, **more}])
    numbered = list(enumerate([{request: [RAISED] for request in REQUESTS_OF_IT}, *told]))
    rest = numbered[1:]
    order.shuffle(rest)
    for place, (number, events) in enumerate([numbered[0], *rest]):
        put(mission, f"202103{10 + number}", *(f"{n},{e}" for n, of_it in events.items() for e in of_it), request="")
        mission.ingest(dt.datetime(2021, 4, 1) + dt.timedelta(days=place))
    assert mission.ask("SELECT count(*) FROM reject") == [(0,)]
    expected = {n: expected_of({RAISED, *(e for f in told for e in f.get(n, ()))}) for n in REQUESTS_OF_IT}
    assert told_of_all(mission, *STATE) == {n: tuple(of_it[c] for c in STATE) for n, of_it in expected.items()}


def test_a_rebuild_gives_the_same(log: SmallMission) -> None:
    sent(log, 10, RAISED, "withdrawn,2021-02-05,", "reopened,2021-02-08,")
    sent(log, 11, "withdrawn,2021-02-05,")
    everything = [f"SELECT * FROM {name} ORDER BY ALL" for name in ("core.request", "latest.request", "ledger")]
    before = [log.ask(sql) for sql in everything]
    rebuild(log.settings, log.profile)
    assert [log.ask(sql) for sql in everything] == before


def test_an_event_dated_ahead_does_not_come_back_with_each_extract(log: SmallMission) -> None:
    ahead = "approved,2031-02-05,"
    sent(log, 10, RAISED, ahead)
    assert state(log, "2035-01-01")["outcome"] == "approved"
    sent(log, 12, "reopened,2021-02-08,")
    for number, others in enumerate([(RAISED,), ("reopened,2021-02-08,",), ("seen,2021-02-03,",)]):
        sent(log, 13 + number, ahead, *others)
        assert tuple(state(log, "2035-01-01")[n] for n in STATE[2:5]) == (None, None, "open")


def test_an_event_announced_ahead_counts_once_it_has_come(log: SmallMission) -> None:
    sent(log, 3, RAISED, "approved,2021-02-08,")
    sent(log, 6, "reopened,2021-02-05,")
    assert state(log)["outcome"] == "open"
    sent(log, 9, "seen,2021-02-02,", "approved,2021-02-08,")
    assert tuple(state(log)[n] for n in STATE[2:5]) == (day(8), None, "approved")


def test_an_extract_that_begins_within_a_day_flips_nothing(log: SmallMission) -> None:
    sent(log, 9, RAISED, "approved,2021-02-03,", "reopened,2021-02-05,", "approved,2021-02-05,")
    sent(log, 10, "reopened,2021-02-05,", "seen,2021-02-06,")
    assert state(log)["decided_at"] == day(5)
    sent(log, 11, "reopened,2021-02-05,", "approved,2021-02-05,", "withdrawn,2021-02-05,")
    assert state(log)["withdrawn_at"] == day(5)


@pytest.mark.parametrize("word", ["İPTAL", "ΑΚΥΡΟΣ", "Zuru\u0308ckgezogen"])
def test_an_event_is_like_its_own_name_whatever_its_small_letters_are(tmp_path: Path, word: str) -> None:
    events = REQUESTS["events"]
    means = {**events["means"], word: {"at": "withdrawn_at", "set": {"outcome": "withdrawn"}}}
    source = {**REQUESTS, "events": {**events, "ignore_case": True, "means": means}}
    log = SmallMission(tmp_path / "mission", sources=[source])
    sent(log, 16, "RAISED,2021-02-01,low", f"{word},2021-02-05,")
    assert tuple(state(log)[n] for n in STATE[2:5]) == (None, day(5), "withdrawn")
