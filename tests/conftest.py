"""Fixtures that several parts of the suite use: a small mission to feed with files, and the folder of real data."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from reportmetrics.ingest.ledger import IngestSummary
from reportmetrics.ingest.run import ingest
from reportmetrics.metrics import prepared
from reportmetrics.profile.load import Profile
from reportmetrics.profile.mission import Mission
from reportmetrics.profile.objectives import Indicator, Objective
from reportmetrics.profile.sources import Source
from reportmetrics.settings import Settings, sql_folder
from reportmetrics.warehouse import instances
from reportmetrics.warehouse.snapshot import Snapshot, as_of_instant, make_snapshot
from reportmetrics.warehouse.store import Store
from reportmetrics.warehouse.tables import TABLES
from reportmetrics.warehouse.visible import asked, mixed_tables, visible_sql
from tests.shared import made_once
from tests.unit.passing import mark_passed

MISSION: dict[str, Any] = {
    "id": "small",
    "name": "Small mission",
    "marking": "TEST",
    "time_zone": "Asia/Baghdad",
    "home_place": "baghdad",
    "starts_on": "2021-01-04",
    "personnel": {"total": 10, "advisors": 5},
    "currency": "EUR",
    "tariffs": [],
    "places": {"baghdad": {"country": "IQ", "weekend": ["friday", "saturday"], "time_zone": "Asia/Baghdad"}},
    "units": [{"unit_id": "U-1", "name": "Unit 1", "place": "baghdad", "advisors": 5, "opened": "2021-01-04"}],
    "headquarters": [{"hq": "HQ", "name": "Headquarters", "place": "baghdad"}],
}

REQUESTS: dict[str, Any] = {
    "source": "log",
    "title": "Request log",
    "sender": "desk",
    "files": "requests/*.csv",
    "reader": "csv",
    "table": "request",
    "columns": {
        "request_id": "id",
        "hq": {"value": "HQ"},
        "objective_id": {"from": "objective", "optional": True},
        "raised_at": {"from": "raised", "format": "%Y-%m-%d", "timezone": "UTC"},
        "decided_at": {"from": "decided", "format": "%Y-%m-%d", "timezone": "UTC"},
        "outcome": {"from": "outcome", "map": {"OK": "approved", "NO": "denied"}, "ignore_case": True},
        "raised_by": {"from": "who", "optional": True},
    },
}
"""A register of requests: columns id, raised, decided, outcome and, if any, objective and who."""


def may_lack(*columns: str) -> dict[str, Any]:
    """``REQUESTS``, whose files may be without the given columns."""
    mapped = {name: {**_mapped(REQUESTS["columns"][name]), "optional": True} for name in columns}
    return {**REQUESTS, "columns": {**REQUESTS["columns"], **mapped}}


def _mapped(given: Any) -> dict[str, Any]:
    return given if isinstance(given, dict) else {"from": given}


@pytest.fixture(scope="session", autouse=True)
def definitions_prepared_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The product's own definitions are loaded, linted and typed once for the whole suite, not once for each new home.

    Each home still gets a copy of its own, which is read and checked as ever; other definitions are prepared as ever.
    """
    prepare = prepared._prepare

    def once(folder: Path) -> prepared.Prepared:
        if folder != sql_folder():
            return prepare(folder)
        made = made_once(tmp_path_factory, "definitions", lambda into: prepared._write(into / "kept", prepare(folder)))
        kept = prepared._read(made / "kept")
        assert kept is not None
        return kept

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(prepared, "_prepare", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def one_thread_for_few_rows() -> Iterator[None]:
    """DuckDB hands the few rows of a test no second thread, which would find nothing to do; commands do as ever."""
    config = Store._config

    def single(store: Store) -> instances.Config:
        return {"threads": 1, **config(store)}

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Store, "_config", single)
        yield


@pytest.fixture(scope="session", autouse=True)
def histories_of_tables_read_once() -> Iterator[None]:
    """Alembic reads the scripts of Dagster's tables once for the suite, not several times for each new instance.

    Each instance still has its tables made and marked by them.
    """
    read = ScriptDirectory.from_config
    known: dict[str | None, ScriptDirectory] = {}

    def once(config: Config) -> ScriptDirectory:
        place = config.get_main_option("script_location")
        if place not in known:
            known[place] = read(config)
        return known[place]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ScriptDirectory, "from_config", once)
        yield


@pytest.fixture
def realdata(realdata_folder: Path) -> Path:
    """Folder of real data that is not part of the project; the test is skipped where it is not to be had."""
    return realdata_folder


@pytest.fixture(scope="session")
def realdata_folder() -> Path:
    """The same for fixtures that live longer than a test."""
    named = os.environ.get("REPORTMETRICS_REALDATA")
    if not named:
        pytest.skip("real data: set REPORTMETRICS_REALDATA to their folder to run this test")
    folder = Path(named)
    assert folder.is_dir(), f"REPORTMETRICS_REALDATA names {folder}, which is not a folder"
    return folder


@dataclass
class SmallMission:
    """A mission of one unit in a temporary folder: put files in, ingest, ask."""

    folder: Path
    sources: list[dict[str, Any]] = field(default_factory=lambda: [REQUESTS])
    more: dict[str, Any] = field(default_factory=dict)
    """Of the mission, beside ``MISSION``."""

    @property
    def settings(self) -> Settings:
        return Settings(profile=self.folder, home=self.folder / "home", landing=self.folder / "landing")

    @property
    def profile(self) -> Profile:
        objectives = [
            Objective.model_validate({"objective_id": f"LO-{n}", "name": f"Objective {n}", "owner": "x", "aim": "y"})
            for n in (1, 2)
        ]
        indicator = {
            "indicator_id": "LO-1.1", "objective_id": "LO-1", "name": "n", "level": "outcome", "unit": "%",
            "baseline": 0, "target": 10, "direction": "rise", "interval_days": 30,
        }  # fmt: skip
        return Profile(
            self.folder,
            Mission.model_validate(MISSION | self.more),
            objectives,
            [Indicator.model_validate(indicator)],
            [],
            [Source.model_validate(s) for s in self.sources],
            "digest",
        )

    def put(self, name: str, content: str | bytes) -> Path:
        """A file that has been lying in the landing folder for an hour."""
        path = self.settings.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        hour_ago = time.time() - 3_600
        os.utime(path, (hour_ago, hour_ago))
        return path

    def ingest(self, now: str | dt.datetime | None = None) -> IngestSummary:
        self.settings.landing.mkdir(parents=True, exist_ok=True)
        moment = dt.datetime.fromisoformat(now) if isinstance(now, str) else now
        return ingest(self.settings, self.profile, now=moment)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with Store(self.settings.warehouse) as store:
            return store.connection.execute(sql).fetchall()

    def snapshot(self, as_of: str, target: str = "snapshot", **more: Any) -> Snapshot:
        with Store(self.settings.warehouse) as store:
            mark_passed(store)
            day = dt.date.fromisoformat(as_of)
            return make_snapshot(store, self.profile, as_of=day, target=self.folder / target, **more)

    def known(self, table: str, as_of: str, position: int | None = None) -> pl.DataFrame:
        """What a snapshot of that date holds of ``table``, if nothing was withdrawn, sorted by key; none is made.

        ``position`` is the end of the ledger if left out.
        """
        day = dt.date.fromisoformat(as_of)
        with Store(self.settings.warehouse) as store:
            given = {
                "as_of": day,
                "as_of_at": as_of_instant(day, self.profile.mission.time_zone),
                "position": store.position() if position is None else position,
            }
            sql = visible_sql(TABLES[table], mixed=mixed_tables(store.connection).get(table))
            return pl.DataFrame(store.connection.execute(sql, asked(sql, given)).to_arrow_table())

    def elsewhere(self, name: str) -> SmallMission:
        """The same mission in another folder, with nothing taken in yet."""
        return replace(self, folder=self.folder / name)


@pytest.fixture
def mission(tmp_path: Path) -> SmallMission:
    """A small mission with a register of requests (``REQUESTS``)."""
    return SmallMission(tmp_path / "mission")


@pytest.fixture
def rows_of() -> Callable[[Snapshot, str], pl.DataFrame]:
    """Reads a table of a snapshot, sorted by key."""

    def read(snapshot: Snapshot, table: str) -> pl.DataFrame:
        return pl.read_parquet(sorted((snapshot.folder / table).glob("*.parquet"))).sort("row_key")

    return read
