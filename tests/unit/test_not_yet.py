"""What was taken in and does not count at a date yet: how much, and which date has it."""

from __future__ import annotations

import datetime as dt

from reportmetrics.steps import NotYet, known_later
from reportmetrics.warehouse.store import Store
from tests.conftest import SmallMission

HEADER = "id,raised,decided,outcome\n"


def later(mission: SmallMission, as_of: str, *, checked: bool = False) -> NotYet | None:
    return known_later(mission.settings, mission.profile, as_of=dt.date.fromisoformat(as_of), checked=checked)


def test_what_arrived_on_the_day_counts_from_the_day_after(mission: SmallMission) -> None:
    """In Baghdad, where a day begins at 21:00 UTC of the day before."""
    mission.put("requests/a.csv", HEADER + "A,2021-02-01,,\n")
    mission.ingest("2021-02-09T20:59:59")
    mission.put("requests/b.csv", HEADER + "B,2021-02-01,,\nC,2021-02-01,,\nA,2021-02-01,,\n")
    mission.put("requests/c.csv", HEADER + "D,2021-02-01,,\n")
    mission.ingest("2021-02-09T21:00:00")
    assert later(mission, "2021-02-10") == NotYet(dt.date(2021, 2, 10), 2, 3, dt.date(2021, 2, 11))
    assert later(mission, "2021-02-11") is None
    assert later(mission, "2021-02-09") == NotYet(dt.date(2021, 2, 9), 3, 4, dt.date(2021, 2, 11))


def test_a_file_that_tells_nothing_new_and_what_was_not_checked_are_not_told(mission: SmallMission) -> None:
    mission.put("requests/a.csv", HEADER + "A,2021-02-01,,\n")
    mission.ingest("2021-02-01")
    mission.put("requests/b.csv", HEADER + "A,2021-02-01,,\nX,no day,,\n")
    mission.ingest("2021-02-10")
    assert later(mission, "2021-02-10") is None
    assert later(mission, "2021-02-01", checked=True) is None
    with Store(mission.settings.warehouse) as store:
        store.mark_validated(store.position())
    assert later(mission, "2021-02-01", checked=True) == NotYet(dt.date(2021, 2, 1), 1, 1, dt.date(2021, 2, 2))
