"""A batch that is set aside leaves every table as it was before, whatever refused and mended rows it had."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import pytest

from reportmetrics.warehouse.aside import set_aside
from reportmetrics.warehouse.store import Store
from tests.conftest import SmallMission
from tests.unit.passing import mark_passed
from tests.unit.senders.test_returned import give_back
from tests.unit.senders.test_returned_any_order import mend, mission_of, story, take_in

SEEDS = range(4)
TABLES = ("core.request", "latest.request", "repeated", "reject", "resent", "sighted", "ledger")


def tables(mission: SmallMission) -> dict[str, list[tuple[object, ...]]]:
    return {name: mission.ask(f"SELECT * FROM {name} ORDER BY ALL") for name in TABLES}


def taken_back(folder: Path, seed: int) -> None:
    """Some files pass, with what came back mended of them; the others and the rest that comes back are set aside."""
    files, chance = story(seed), random.Random(seed)
    passing = chance.randint(1, len(files) - 1)
    mission = mission_of(folder)
    for file in files[:passing]:
        take_in(mission, file)
    out = give_back(mission)
    if chance.random() < 0.5:
        for book in out:
            mend(mission, book, files, "2021-03-30")
        out = []
    with Store(mission.settings.warehouse) as store:
        mark_passed(store)
    before = tables(mission)
    for file in files[passing:]:
        take_in(mission, file)
    for book in {b.path: b for b in (*out, *give_back(mission))}.values():
        mend(mission, book, files, "2021-04-10")
    assert tables(mission) != before
    with Store(mission.settings.warehouse) as store:
        set_aside(store, mission.settings.archive, {}, now=dt.datetime(2021, 5, 1))
    assert tables(mission) == before


@pytest.mark.parametrize("seed", SEEDS)
def test_every_table_is_as_it_was(tmp_path: Path, seed: int) -> None:
    taken_back(tmp_path / "mission", seed)
