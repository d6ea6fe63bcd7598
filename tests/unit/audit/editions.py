"""Publications of a short reference mission, made once for all tests of the audit."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path

import pytest

from reportmetrics.audit.changes import Changes, InTheMaking, changes_since
from reportmetrics.audit.opened import Opened
from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.ingest.run import ingest
from reportmetrics.metrics.catalogue import Catalogue, load_catalogue
from reportmetrics.metrics.run import compute
from reportmetrics.profile.load import load_profile
from reportmetrics.publish.history import Entry
from reportmetrics.publish.publish import publish
from reportmetrics.settings import Settings, sql_folder
from reportmetrics.warehouse.snapshot import make_snapshot
from reportmetrics.warehouse.store import Store
from tests.shared import made_once
from tests.unit.passing import mark_passed

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "data" / "sample" / "nmi"
AS_OF = dt.date(2021, 1, 18)
"""Six weeks into the sample."""


def settings_in(folder: Path) -> Settings:
    """A home in ``folder`` for the reference mission's profile."""
    return Settings(profile=ROOT / "data" / "profiles" / "nmi", home=folder, landing=folder / "landing")


def take_in(settings: Settings, *, until: dt.date) -> None:
    """Ingest those files of the committed sample that a file system would have held on ``until``."""
    hour_ago = dt.datetime.now().timestamp() - 3_600
    for path in sorted(SAMPLE.rglob("*")):
        digits = "".join(c for c in path.stem if c.isdigit())
        if path.is_file() and digits[-8:].startswith("20") and digits[-8:] <= until.strftime("%Y%m%d"):
            copy = settings.landing / path.relative_to(SAMPLE)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
            os.utime(copy, (hour_ago, hour_ago))
    ingest(settings, load_profile(settings.profile))
    with Store(settings.warehouse) as store:
        mark_passed(store)


def publication(settings: Settings, as_of: dt.date = AS_OF, catalogue: Catalogue | None = None) -> Opened:
    """Publish what has been taken in, as of ``as_of``."""
    profile = load_profile(settings.profile)
    catalogue = catalogue or load_catalogue(sql_folder())
    folder = settings.home / "snapshot" / as_of.isoformat()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with Store(settings.warehouse) as store:
        snapshot = make_snapshot(store, profile, as_of=as_of, target=folder)
    with DuckDBEngine(snapshot.folder) as engine:
        results = compute(catalogue, engine, as_of=as_of)

    def compare(before: Entry, name: str) -> Changes | str:
        return changes_since(before.folder, InTheMaking(name, as_of, snapshot.folder, catalogue, results))

    made = publish(settings, profile, snapshot, catalogue, results, checks=[], compare=compare)
    shutil.rmtree(folder)
    return Opened(made.folder)


def six_weeks(factory: pytest.TempPathFactory) -> Settings:
    """A home with all until ``AS_OF`` taken in and published, for whoever does not change it."""

    def make(folder: Path) -> None:
        settings = settings_in(folder)
        take_in(settings, until=AS_OF)
        publication(settings)

    return settings_in(made_once(factory, "six-weeks", make))


def copy_of(opened: Opened, folder: Path) -> Path:
    """A copy of a publication that may be tampered with."""
    target = folder / opened.folder.name
    shutil.copytree(opened.folder, target)
    for path in target.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return target
