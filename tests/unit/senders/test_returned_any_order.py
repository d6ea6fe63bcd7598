"""Whenever refused rows come back mended, what is known is what it were, had they been right from the start."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from reportmetrics import steps
from reportmetrics.profile.intake import REFERENCE
from reportmetrics.senders.returned import Returned
from tests.conftest import SmallMission
from tests.unit.ingest.test_events_in_any_order import REQUESTS
from tests.unit.senders.test_returned import give_back, send_again
from tests.unit.senders.test_returned_late import NAMED, WITH_AMOUNT, known, rebuilt_alike

SEEDS = range(6)
TYPO = "x"
COLUMNS = ("register!amount", "events!what")
"""Sheet and column of a returned workbook in which a slip may stand."""
STATES = (",open", "2021-03-08,approved", "2021-03-15,denied")


@dataclass(frozen=True)
class Row:
    """A row of a register: what stands in it for good, and whether it comes with a slip of the keyboard first."""

    request: str
    state: str
    amount: int
    slips: bool

    def cells(self) -> str:
        return f"{self.request},2021-02-01,{self.state},{TYPO if self.slips else self.amount}"


@dataclass(frozen=True)
class Event:
    """One of request A."""

    what: str
    when: str
    slips: bool

    def cells(self) -> str:
        return f"A,{TYPO if self.slips else self.what},{self.when},"


@dataclass(frozen=True)
class File:
    """A register of a day (``rows``), or a log with one event, and the day of March 2021 on which it arrives."""

    name: str
    arrives: int
    rows: tuple[Row, ...] = ()
    event: Event | None = None

    def text(self) -> str:
        if self.event is not None:
            return f"request,what,when,priority\n{self.event.cells()}\n"
        return "request,raised,decided,outcome,amount\n" + "".join(f"{row.cells()}\n" for row in self.rows)

    def right(self) -> File:
        rows = tuple(replace(row, slips=False) for row in self.rows)
        return replace(self, rows=rows, event=None if self.event is None else replace(self.event, slips=False))

    def mended(self) -> dict[str, object]:
        """What belongs into the cell with the slip, by the reference of its row."""
        begins = f"{hashlib.sha256(self.text().encode()).hexdigest():.12}-"
        if self.event is not None:
            return {f"{begins}2": self.event.what}
        return {f"{begins}{line}": row.amount for line, row in enumerate(self.rows, start=2)}


def story(seed: int) -> list[File]:
    """Four registers, some of which come late, and two events between them, by the day on which they arrive."""
    chance = random.Random(seed)
    raised = tuple(Row(request, STATES[0], 1, slips=False) for request in "AB")
    files = [File("20210224", 1, raised)]
    for day in (3, 9, 15, 21):
        rows = tuple(
            Row(request, chance.choice(STATES), chance.choice((3, 4)), chance.random() < 0.4)
            for request in chance.sample(("A", "B"), 2)
        )
        files.append(File(f"202103{day:02}", day + chance.choice((0, 0, 0, 8)), rows))
    for number in range(2):
        arrives = chance.randint(4, 28)
        when = f"2021-03-{chance.randint(1, arrives):02}"
        event = Event(chance.choice(("approved", "refused", "reopened")), when, chance.random() < 0.4)
        files.append(File(f"e{number}", arrives, event=event))
    return sorted(files, key=lambda f: (f.arrives, f.name))


def take_in(mission: SmallMission, file: File) -> None:
    mission.put(f"{'register' if file.event is None else 'events'}/{file.name}.csv", file.text())
    mission.ingest(f"2021-03-{file.arrives:02}T12:00:00")


def mend(mission: SmallMission, book: Returned, files: Sequence[File], day: str) -> None:
    """Send a workbook back with all of its rows mended."""
    right = {ref: cell for file in files for ref, cell in file.mended().items()}
    opened = openpyxl.load_workbook(book.path)
    cells: dict[str, dict[int, object]] = {}
    for column in COLUMNS:
        rows = list(opened[column.partition("!")[0]].values) if column.partition("!")[0] in opened.sheetnames else []
        if rows:
            place = rows[0].index(REFERENCE)
            cells[column] = {line: right[str(row[place])] for line, row in enumerate(rows[1:], start=2)}
    send_again(mission, book, cells)
    mission.ingest(day)


def remember(mission: SmallMission, pasts: list[tuple[str, int, pl.DataFrame]], day: str) -> None:
    """What is known on a day before anything of it comes, to be compared with what is known later of that day."""
    if mission.settings.warehouse.exists():
        position = mission.ask("SELECT position FROM state")[0][0]
        pasts.append((day, position, mission.known("request", day)))


def mission_of(folder: Path) -> SmallMission:
    return SmallMission(folder, sources=[REQUESTS, {**WITH_AMOUNT, **NAMED}])


def mended_as_right(folder: Path, seed: int) -> None:
    """Refused rows go out when they are refused, and come back any time after, in any order, some of them twice."""
    files, chance = story(seed), random.Random(seed)
    right = mission_of(folder / "right")
    for file in files:
        take_in(right, file.right())

    mission = mission_of(folder / "mended")
    out: list[Returned] = []
    pasts: list[tuple[str, int, pl.DataFrame]] = []
    for file in files:
        remember(mission, pasts, f"2021-03-{file.arrives:02}")
        take_in(mission, file)
        if any(each.slips for each in (*file.rows, *([file.event] if file.event else []))):
            out += [book for book in give_back(mission) if book.path not in {b.path for b in out}]
        if out and chance.random() < 0.3:
            mend(mission, out.pop(chance.randrange(len(out))), files, f"2021-03-{file.arrives:02}T18:00:00")
    for place, book in enumerate(chance.sample(out, len(out)), start=1):
        remember(mission, pasts, f"2021-04-{place:02}")
        mend(mission, book, files, f"2021-04-{place:02}")
    assert known(mission) == known(right)
    assert not steps.check_new(mission.settings, mission.profile, now=dt.datetime(2021, 5, 1)).blocked
    rebuilt_alike(mission)
    for day, position, was in pasts:
        assert mission.known("request", day, position).equals(was)


@pytest.mark.parametrize("seed", SEEDS)
def test_late_and_mended_is_as_right_from_the_start(tmp_path: Path, seed: int) -> None:
    mended_as_right(tmp_path, seed)
