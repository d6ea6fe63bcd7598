"""Results that banks publish, as a flattened export and in the standard's own format, through the whole pipeline."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.ingest.ledger import Delivery, IngestSummary
from reportmetrics.ingest.run import ingest
from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.metrics.run import compute
from reportmetrics.profile.load import load_profile
from reportmetrics.settings import Settings, sql_folder
from reportmetrics.warehouse.snapshot import make_snapshot
from reportmetrics.warehouse.store import Store
from tests.golden.reference import Reference
from tests.realdata.iati.definitions import profile_of_export, profile_of_files

pytestmark = pytest.mark.realdata

METRICS = ("outcome.indicator_progress", "outcome.coverage", "outcome.met", "outcome.reading_state")

REACHED = """
SELECT i.level, count(*) AS readings, count(*) FILTER (WHERE o.value >= i.target) AS reached
FROM observation AS o
INNER JOIN indicator AS i
    ON
        o.indicator_id = i.indicator_id
        AND o.observed_on >= i.valid_from
        AND (i.valid_to IS NULL OR o.observed_on <= i.valid_to)
GROUP BY i.level
ORDER BY i.level
"""


def through(profile_folder: Path, landing: Path, home: Path, as_of: dt.date) -> tuple[IngestSummary, Path]:
    settings = Settings(profile=profile_folder, home=home, landing=landing)
    profile = load_profile(profile_folder)
    summary = ingest(settings, profile)
    with Store(settings.warehouse) as store:
        store.mark_validated(store.position())
        return summary, make_snapshot(store, profile, as_of=as_of, target=home / "snapshot").folder


def figures(engine: DuckDBEngine, as_of: dt.date) -> Reference:
    return Reference(compute(load_catalogue(sql_folder()), engine, as_of=as_of, select=METRICS))


def progress(found: Reference) -> pl.DataFrame:
    return found.results.figures.filter(metric="outcome.indicator_progress", statistic="progress")


def counted(line: Delivery) -> tuple[int, ...]:
    return (line.rows_read, line.accepted, line.rejected, line.filtered)


def test_readings_without_baselines_have_targets_but_no_progress(realdata: Path, tmp_path: Path) -> None:
    folder, as_of = realdata / "iati_iadb", dt.date(2026, 2, 1)
    series = profile_of_export(folder / "IADBArgentina", tmp_path / "profile")
    assert sum(map(len, series.values())) == 2_597
    summary, snapshot = through(tmp_path / "profile", folder, tmp_path / "home", as_of)
    [line] = summary.deliveries
    assert counted(line) == (5_307, 5_307, 0, 0)
    with DuckDBEngine(snapshot) as engine:
        assert engine.frame("SELECT count(DISTINCT indicator_id) AS n FROM observation").item() == 2_597
        reached = {level: (n, k) for level, n, k in engine.frame(REACHED).iter_rows()}
        found = figures(engine, as_of)
    assert reached == {"outcome": (1_651, 653), "output": (3_656, 1_417)}
    shares = {level: round(100 * k / n, 3) for level, (n, k) in reached.items()}
    assert shares == {"outcome": 39.552, "output": 38.758}
    # Without a baseline there is no way to have come; a ratio of reading to target is not put in its place.
    each = progress(found)
    assert set(each["value"].to_list()) == {None}
    assert set(each["reason"].to_list()) == {"no baseline"}
    assert each.height == len(series["outcome"])
    assert found.row("outcome.coverage", "share")["value"] == 0
    assert found.row("outcome.coverage", "share")["n"] == len(series["outcome"])


def test_published_files_give_progress_where_they_give_baselines(realdata: Path, tmp_path: Path) -> None:
    folder, as_of = realdata / "iati_iadb", dt.date(2026, 2, 1)
    profile_of_files(sorted(folder.glob("*.xml")), tmp_path / "profile")
    summary, snapshot = through(tmp_path / "profile", folder, tmp_path / "home", as_of)
    lines = {line.original_name.partition("-")[0]: counted(line) for line in summary.deliveries}
    # A bank that publishes targets only; one with 26 results in words and 4 readings that are no numbers ('36%');
    # an institute that publishes readings only.
    assert lines == {"CAF": (493, 0, 0, 493), "worldbank": (75, 45, 4, 26), "wri": (24, 24, 0, 0)}
    with DuckDBEngine(snapshot) as engine:
        found = figures(engine, as_of)
    each = progress(found)
    known = sorted(round(v, 4) for v in each["value"].to_list() if v is not None)
    # By hand from the file: 0 and 0 of 1,300; 24 of 30 twice; 3 of 3 twice; 1 of 5; 81.40, 86.55 and 79.95 of 70;
    # 61,199 of 10,000.
    assert known == [0.0, 0.0, 0.2, 0.8, 0.8, 1.0, 1.0, 1.1421, 1.1629, 1.2364, 6.1199]
    reasons = each.filter(pl.col("value").is_null())["reason"].value_counts().sort("reason").rows()
    # 24 of the institute and 8 told in words.
    assert reasons == [("no baseline", 32)]
    assert found.value("outcome.met", "numerator") == 6
