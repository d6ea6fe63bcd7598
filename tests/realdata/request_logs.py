"""Takes a real request log in and computes the latency metrics on what was known on a day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.ingest.ledger import IngestSummary
from reportmetrics.ingest.run import ingest
from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.metrics.run import compute
from reportmetrics.profile.load import load_profile
from reportmetrics.settings import Settings, sql_folder
from reportmetrics.warehouse.snapshot import make_snapshot
from reportmetrics.warehouse.store import Store
from tests.golden.reference import Reference


def latency(profile_folder: Path, landing: Path, home: Path, *, as_of: dt.date) -> tuple[IngestSummary, Reference]:
    """What was taken in, and the figures of the theme latency."""
    settings = Settings(profile=profile_folder, home=home, landing=landing)
    profile = load_profile(profile_folder)
    summary = ingest(settings, profile)
    with Store(settings.warehouse) as store:
        store.mark_validated(store.position())
        snapshot = make_snapshot(store, profile, as_of=as_of, target=home / "snapshot")
    catalogue = load_catalogue(sql_folder())
    ids = [m.definition.id for m in catalogue.themes["latency"]]
    with DuckDBEngine(snapshot.folder) as engine:
        return summary, Reference(compute(catalogue, engine, as_of=as_of, select=ids))
