"""Takes real files in by the profile of a test and computes metrics on what was known on a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.ingest.ledger import IngestSummary
from reportmetrics.ingest.run import ingest
from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.metrics.run import compute
from reportmetrics.profile.load import load_profile
from reportmetrics.settings import Settings, sql_folder
from reportmetrics.warehouse.snapshot import Snapshot, make_snapshot
from reportmetrics.warehouse.store import Store
from tests.golden.reference import Reference


@dataclass(frozen=True)
class TakenIn:
    """What was taken in, and the snapshot of a day."""

    settings: Settings
    summary: IngestSummary
    snapshot: Snapshot

    def figures(self, *metrics: str) -> Reference:
        """Figures of some metrics over the snapshot."""
        with DuckDBEngine(self.snapshot.folder) as engine:
            return Reference(compute(load_catalogue(sql_folder()), engine, as_of=self.snapshot.as_of, select=metrics))

    def ask(self, sql: str) -> tuple[Any, ...]:
        """First row of a question to the warehouse."""
        return self.all(sql)[0]

    def all(self, sql: str) -> list[tuple[Any, ...]]:
        """All rows of a question to the warehouse."""
        with Store(self.settings.warehouse) as store:
            return store.connection.execute(sql).fetchall()


def taken_in(profile_folder: Path, landing: Path, home: Path, *, as_of: dt.date) -> TakenIn:
    """Ingest the files of ``landing`` and make the snapshot of ``as_of``."""
    settings = Settings(profile=profile_folder, home=home, landing=landing)
    profile = load_profile(profile_folder)
    summary = ingest(settings, profile)
    with Store(settings.warehouse) as store:
        store.mark_validated(store.position())
        snapshot = make_snapshot(store, profile, as_of=as_of, target=home / "snapshot")
    return TakenIn(settings, summary, snapshot)
