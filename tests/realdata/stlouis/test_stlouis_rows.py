"""A city's request log that nobody here wrote: rows, rejects, and what was known on a day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from reportmetrics.ingest.run import ingest
from reportmetrics.profile.load import load_profile
from reportmetrics.settings import Settings
from reportmetrics.warehouse.snapshot import make_snapshot
from reportmetrics.warehouse.store import Store

pytestmark = pytest.mark.realdata


def test_rows_and_snapshot(realdata: Path, tmp_path: Path) -> None:
    folder = Path(__file__).parent / "profile"
    settings = Settings(profile=folder, home=tmp_path, landing=realdata / "stlouis_csb")
    profile = load_profile(folder)
    [line] = ingest(settings, profile).deliveries
    numbers = (line.rows_read, line.accepted, line.rejected, line.duplicate, line.superseded)
    assert numbers == (8_345, 7_778, 142, 425, 0)
    assert line.message is None
    with Store(settings.warehouse) as store:
        codes = store.connection.execute("SELECT code, count(*) FROM reject GROUP BY code").fetchall()
        assert codes == [("decided_before_raised", 142)]
        store.mark_validated(store.position())
        snapshot = make_snapshot(store, profile, as_of=dt.date(2012, 7, 1), target=tmp_path / "snapshot")
    rows = pl.read_parquet(sorted((snapshot.folder / "request").glob("*.parquet")))
    waited = rows.filter(pl.col("decided_at").is_not_null()).select(pl.col("decided_at") - pl.col("raised_at"))
    assert (rows.height, waited.height) == (5_664, 4_172)
    assert rows.filter(pl.col("decided_at").is_null() & pl.col("withdrawn_at").is_not_null()).height == 256
    median = waited.to_series().dt.total_milliseconds().median()
    assert isinstance(median, float)
    assert median / 86_400_000 == pytest.approx(8.25, abs=0.005)


def test_what_the_answered_ones_took_in_the_end(realdata: Path, tmp_path: Path) -> None:
    """Of the 5,664 raised before July 2012, those that the whole file (of 2022) shows as closed: median 14.73 days.

    The Kaplan-Meier median of July 2012 (15.34) says so beforehand; that of the answered ones (8.25) does not.
    """
    folder = Path(__file__).parent / "profile"
    settings = Settings(profile=folder, home=tmp_path, landing=realdata / "stlouis_csb")
    profile = load_profile(folder)
    ingest(settings, profile)
    with Store(settings.warehouse) as store:
        store.mark_validated(store.position())
        snapshot = make_snapshot(store, profile, as_of=dt.date(2023, 1, 1), target=tmp_path / "snapshot")
    rows = pl.read_parquet(sorted((snapshot.folder / "request").glob("*.parquet")))
    known = rows.filter(pl.col("raised_at") < dt.datetime(2012, 7, 1))
    assert known.height == 5_664
    waited = known.select((pl.col("decided_at") - pl.col("raised_at")).dt.total_milliseconds()).to_series()
    median = waited.drop_nulls().median()
    assert isinstance(median, float)
    assert median / 86_400_000 == pytest.approx(14.73, abs=0.005)
