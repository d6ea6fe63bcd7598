"""Groups hidden in one weekly publication stay hidden in the next, through the snapshot that both are computed from."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection
from pathlib import Path

import polars as pl
import pytest

from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.metrics.catalogue import Catalogue, load_catalogue
from reportmetrics.metrics.results import Results
from reportmetrics.metrics.run import compute
from reportmetrics.metrics.suppression import HIDDEN
from reportmetrics.publish import history
from reportmetrics.remembered import hidden_groups, hide_as_before
from reportmetrics.settings import sql_folder
from reportmetrics.warehouse.snapshot import Snapshot
from tests.sql.tiny_snapshot import build

METRIC = "burden.hours"
WEEK, NEXT = dt.date(2022, 1, 24), dt.date(2022, 1, 31)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(sql_folder())


def snapshot(folder: Path, as_of: dt.date, senders: dict[str, int]) -> Snapshot:
    """One report of 60 minutes by each of so many senders of each form."""
    report = [
        {
            "report_id": f"{form}{i}",
            "template_id": form,
            "reporter_id": f"p-{form}{i}",
            "revision": 0,
            "period_end": dt.date(2022, 1, 2),
            "prep_minutes": 60,
        }
        for form, number in senders.items()
        for i in range(number)
    ]
    build(folder, {"template": [{"template_id": form} for form in senders], "report": report}, as_of=as_of)
    about = {
        "as_of": as_of.isoformat(),
        "as_of_at": dt.datetime.combine(as_of, dt.time()).isoformat(),
        "position": 1,
        "rows": {"report": len(report), "hidden_before": 0},
    }
    (folder / "snapshot.json").write_text(json.dumps(about))
    return Snapshot.open(folder)


def measured(catalogue: Catalogue, of: Snapshot) -> Results:
    with DuckDBEngine(of.folder) as engine:
        return compute(catalogue, engine, as_of=of.as_of, select=[METRIC])


def published(publications: Path, name: str, results: Results) -> None:
    (publications / name / "exports").mkdir(parents=True)
    (publications / name / "manifest.json").write_text("{}")
    results.figures.write_parquet(publications / name / "exports" / "figures.parquet")


def forms(groups: set[tuple[str, str]]) -> set[str]:
    return {json.loads(dims)["template_id"] for _, dims in groups if set(json.loads(dims)) == {"template_id"}}


def again(catalogue: Catalogue, of: Snapshot, publications: Path) -> Results | None:
    def opened(snapshot: Snapshot, tables: Collection[str]) -> DuckDBEngine:
        return DuckDBEngine(snapshot.folder, only=tables)

    return hide_as_before(of, history.entries(publications), catalogue, measured(catalogue, of), opened)


def test_a_new_form_does_not_open_what_was_hidden_the_week_before(catalogue: Catalogue, tmp_path: Path) -> None:
    first = snapshot(tmp_path / "first", WEEK, {"A": 3, "C": 9, "D": 9})
    published(tmp_path / "publications", "2022-01-24-r1", measured(catalogue, first))
    assert forms(hidden_groups(measured(catalogue, first).figures)) == {"A", "C"}
    second = snapshot(tmp_path / "second", NEXT, {"A": 3, "B": 9, "C": 9, "D": 9})
    assert forms(hidden_groups(measured(catalogue, second).figures)) == {"A", "B"}
    anew = again(catalogue, second, tmp_path / "publications")
    assert anew is not None
    assert forms(hidden_groups(anew.figures)) == {"A", "C"}
    # Whoever computes from the snapshot later, an auditor above all, hides the same.
    later = Snapshot.open(second.folder)
    assert later.rows["hidden_before"] > 0
    assert measured(catalogue, later).figures.equals(anew.figures)
    assert not any(p.stat().st_mode & 0o222 for p in (second.folder / "hidden_before").iterdir())
    # Where the step is tried again, nothing is computed again, nor forgotten.
    assert again(catalogue, later, tmp_path / "publications") is None
    assert measured(catalogue, Snapshot.open(second.folder)).figures.equals(anew.figures)


def test_nothing_is_remembered_where_it_changes_nothing(catalogue: Catalogue, tmp_path: Path) -> None:
    """Before the first publication there is none; a form that has grown to five senders is shown."""
    first = snapshot(tmp_path / "first", WEEK, {"A": 3, "C": 9, "D": 9})
    assert again(catalogue, first, tmp_path / "publications") is None
    published(tmp_path / "publications", "2022-01-24-r1", measured(catalogue, first))
    grown = snapshot(tmp_path / "grown", NEXT, {"A": 5, "C": 9, "D": 9})
    assert again(catalogue, grown, tmp_path / "publications") is None
    assert not grown.rows["hidden_before"]
    assert HIDDEN not in measured(catalogue, grown).figures["reason"]


def test_publications_of_the_same_or_a_later_date_are_not_remembered(catalogue: Catalogue, tmp_path: Path) -> None:
    first = snapshot(tmp_path / "first", WEEK, {"A": 3, "C": 9, "D": 9})
    second = snapshot(tmp_path / "second", WEEK, {"A": 3, "B": 9, "C": 9, "D": 9})
    published(tmp_path / "publications", "2022-01-24-r1", measured(catalogue, first))
    published(tmp_path / "publications", "2022-01-31-r1", measured(catalogue, first))
    assert again(catalogue, second, tmp_path / "publications") is None
    assert pl.read_parquet(second.folder / "hidden_before" / "all.parquet").is_empty()
