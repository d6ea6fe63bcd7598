"""Weeks of reports that arrive out of order: every snapshot of the past comes out again, byte for byte.

What fixes a snapshot is its date and its ledger position. Files of the sample arrive shuffled, some weeks late; after
each arrival a snapshot is made. At the end, and once more after a rebuild, each is made again and compared.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import shutil
from pathlib import Path

from reportmetrics.ingest.rebuild import rebuild
from reportmetrics.ingest.run import ingest
from reportmetrics.profile.load import load_profile
from reportmetrics.publish.files import digest_of
from reportmetrics.settings import Settings
from reportmetrics.warehouse.snapshot import make_snapshot
from reportmetrics.warehouse.store import Store
from tests.unit.audit.editions import SAMPLE, settings_in

WEEKS = 52
ARRIVALS = 6
EVERY = {"activity": 8, "requests/jfc_naples": 1, "requests/headquarters": 1, "tours": 1}
"""Of these folders, every so many files."""


def in_any_order() -> list[list[Path]]:
    """Files of a year of the sample, in as many heaps as there are arrivals, whatever their dates."""
    files = [p for name, nth in EVERY.items() for p in sorted((SAMPLE / name).rglob("*.csv"))[::nth]]
    random.Random(52).shuffle(files)
    return [files[i::ARRIVALS] for i in range(ARRIVALS)]


def put(settings: Settings, files: list[Path]) -> None:
    hour_ago = dt.datetime.now().timestamp() - 3_600
    for path in files:
        copy = settings.landing / path.relative_to(SAMPLE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
        os.utime(copy, (hour_ago, hour_ago))


def test_every_past_snapshot_comes_out_again(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "home")
    profile = load_profile(settings.profile)
    draw = random.Random(1)
    taken: dict[tuple[dt.date, int], str] = {}

    def snapshot(as_of: dt.date, position: int) -> str:
        with Store(settings.warehouse) as store:
            made = make_snapshot(store, profile, as_of=as_of, target=tmp_path / "snapshot", position=position)
        return digest_of(made.folder)

    for number, files in enumerate(in_any_order()):
        put(settings, files)
        position = ingest(settings, profile, now=dt.datetime(2021, 2, 1) + dt.timedelta(weeks=6 * number)).position
        as_of = dt.date(2021, 1, 4) + dt.timedelta(weeks=draw.randrange(WEEKS))
        taken[as_of, position] = snapshot(as_of, position)
    assert len(set(taken.values())) == ARRIVALS

    assert {at: snapshot(*at) for at in taken} == taken
    rebuild(settings, profile)
    assert {at: snapshot(*at) for at in taken} == taken
