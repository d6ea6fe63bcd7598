"""What answers a refused row of a request that logs and registers tell of: only what tells all that it would have."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from reportmetrics.ingest.rebuild import rebuild
from tests.conftest import SmallMission
from tests.unit.ingest.test_answers_of_records import states
from tests.unit.ingest.test_events_and_registers import REGISTER
from tests.unit.ingest.test_events_in_any_order import DATED, RAISED, REQUESTS, put


def mission_of(folder: Path, **more: Any) -> SmallMission:
    return SmallMission(folder / "mission", sources=[{**REQUESTS, **more}, {**REGISTER, **more}])


def take(mission: SmallMission, name: str, *told: str) -> None:
    """A file of the register or of the log, by its ``name``, that tells of request A."""
    if name.startswith("register"):
        mission.put(f"{name}.csv", "request,raised,decided,outcome\n" + "".join(f"A,{t}\n" for t in told))
    else:
        put(mission, name, *told)
    mission.ingest(f"2021-04-{len(mission.ask('SELECT DISTINCT file_seq FROM ledger')) + 1:02}")


def take_all(mission: SmallMission, files: Sequence[Sequence[str]]) -> None:
    mission.ingest("2021-03-31")
    for name, *told in files:
        take(mission, name, *told)


REFUSED_REGISTER = ("register/20210310", "2021-02-01,2021-02-31,denied")
REFUSED_EVENT = ("20210310", "approved,2021-02-31,")
UNKNOWN_EVENT = ("20210310", "forwarded,2021-02-05,")

CASES: dict[str, tuple[Sequence[str], Sequence[str], str]] = {
    "register, then an event of another column": (REFUSED_REGISTER, ("20210312", "seen,2021-02-05,"), "open"),
    # The log says nothing of the day on which the request was raised.
    "register, then the decision by a log": (REFUSED_REGISTER, ("20210312", "refused,2021-02-28,"), "open"),
    "register, then the register": (REFUSED_REGISTER, ("register/20210317", "2021-02-01,2021-02-28,denied"), "mended"),
    "register, then an older one": (REFUSED_REGISTER, ("register/20210303", "2021-02-01,,open"), "open"),
    "register, then what was known before": (REFUSED_REGISTER, ("register/20210317", "2021-02-01,,open"), "mended"),
    "event, then another event": (REFUSED_EVENT, ("20210312", "seen,2021-02-05,"), "open"),
    "event, then one that tells as much": (REFUSED_EVENT, ("20210312", "approved,2021-02-28,"), "mended"),
    "event, then a register": (REFUSED_EVENT, ("register/20210317", "2021-02-01,2021-02-28,approved"), "mended"),
    "unknown event, then one of its moment": (UNKNOWN_EVENT, ("20210312", "seen,2021-02-05,"), "mended"),
    "unknown event, then one of another": (UNKNOWN_EVENT, ("20210312", "approved,2021-02-06,"), "open"),
}


@pytest.mark.parametrize(("refused", "then", "state"), CASES.values(), ids=CASES)
def test_a_refused_row_is_mended_by_what_tells_all_of_it(
    tmp_path: Path, refused: Sequence[str], then: Sequence[str], state: str
) -> None:
    mission = mission_of(tmp_path, **DATED)
    take_all(mission, [("20210301", RAISED), ("register/20210302", "2021-02-01,,open"), refused, then])
    [(seq, _, found)] = states(mission)
    assert (seq, found) == (3, state)
    rebuild(mission.settings, mission.profile)
    assert [found for *_, found in states(mission)] == [state]


def test_a_later_file_without_the_column_of_the_refused_row_leaves_it_open(mission: SmallMission) -> None:
    """Though the source is the only one, and so its rows tell all that anybody does."""
    for day, text in (
        (1, "id,raised,decided,outcome,objective,who\nA,soon,,,LO-1,x\n"),
        (2, "id,raised,decided,outcome\nA,2021-02-01,,\n"),
    ):
        mission.put(f"requests/{day}.csv", text)
        mission.ingest(f"2021-04-0{day}")
    assert [found for *_, found in states(mission)] == ["open"]


SEEN, REFUSED, WITHDRAWN = "seen,2021-02-05,", "refused,2021-02-05,", "withdrawn,2021-02-04,"
SLIP, BAD_TIME = "forwarded,2021-02-05,", "reopened,2021-02-31,"

EXTRACTS: dict[str, tuple[Sequence[Sequence[str]], str]] = {
    "held as it was beside another of its moment": ([(SEEN, SLIP), (SEEN, SLIP)], "open"),
    "left out, and another of its moment is told again": ([(SEEN, SLIP), (SEEN,)], "open"),
    "replaced by another of its moment": ([(SEEN, SLIP), (SEEN, REFUSED)], "mended"),
    "held beside a new one of its moment": ([(SEEN, SLIP), (SEEN, SLIP, REFUSED)], "open"),
    "held beside a new one, then left out": ([(SEEN, SLIP), (SEEN, SLIP, REFUSED), (SEEN, REFUSED)], "mended"),
    "held, then replaced": ([(SEEN, SLIP), (SEEN, SLIP), (SEEN, REFUSED)], "mended"),
    "with a fault, and told before without one": ([(SEEN,), (SEEN, "seen,2021-02-31,"), (SEEN,)], "open"),
    "told again in another round": ([("reopened,2021-02-05,", REFUSED, SLIP), (REFUSED,)], "open"),
    "without a time, and one that tells as much is told again": ([(WITHDRAWN, BAD_TIME), (WITHDRAWN,)], "open"),
    "without a time, then with one": ([(WITHDRAWN, BAD_TIME), (WITHDRAWN, "reopened,2021-02-21,")], "mended"),
}


@pytest.mark.parametrize("more", [{}, DATED], ids=["arrival", "name"])
@pytest.mark.parametrize(("extracts", "state"), EXTRACTS.values(), ids=EXTRACTS)
def test_what_an_extract_tells_again_answers_nothing(
    tmp_path: Path, extracts: Sequence[Sequence[str]], state: str, more: dict[str, Any]
) -> None:
    """Extracts that each hold all events of the request so far."""
    mission = mission_of(tmp_path, **more)
    take_all(mission, [(f"202103{7 * n:02}", RAISED, *events) for n, events in enumerate(extracts, start=1)])
    assert [found for *_, found in states(mission)] == [state]
    rebuild(mission.settings, mission.profile)
    assert [found for *_, found in states(mission)] == [state]


def test_an_older_extract_that_comes_late_does_not_open_a_row_again(tmp_path: Path) -> None:
    mission = mission_of(tmp_path, **DATED)
    take_all(
        mission, [(f"202103{n:02}", RAISED, *events) for n, events in ((7, [SLIP]), (21, [REFUSED]), (14, [SLIP]))]
    )
    assert [found for *_, found in states(mission)] == ["mended"]


AMOUNTS: dict[str, tuple[str, str]] = {
    "the same event, right": ("approved,2021-02-05,5", "mended"),
    "the same event without what was at fault": ("approved,2021-02-05,", "open"),
    "the same on another day": ("approved,2021-02-06,5", "open"),
    "another event of that moment": ("refused,2021-02-05,5", "open"),
    "another event before": ("refused,2021-02-03,5", "open"),
}


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(("then", "state"), AMOUNTS.values(), ids=AMOUNTS)
def test_an_event_with_a_bad_amount_is_answered_by_that_event_alone(
    tmp_path: Path, then: str, state: str, known: bool
) -> None:
    """It may have been known without its amount before."""
    columns = {**REQUESTS["columns"], "amount": {"from": "priority", "optional": True}}
    del columns["priority"]
    mission = SmallMission(tmp_path / "mission", sources=[{**REQUESTS, "columns": columns}])
    take_all(
        mission,
        [
            ("20210307", RAISED.removesuffix("low"), *(["approved,2021-02-05,"] if known else [])),
            ("20210314", "approved,2021-02-05,x5"),
            ("20210321", then),
        ],
    )
    assert [found for *_, found in states(mission)] == [state]
