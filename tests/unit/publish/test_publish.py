"""A publication: built aside, renamed, never changed, made once for the same inputs."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import stat

import polars as pl
import pytest

from reportmetrics.metrics.results import Results
from reportmetrics.publish import publish as publishing
from reportmetrics.publish.exports import write_csv
from reportmetrics.publish.publish import publish
from reportmetrics.settings import Settings
from tests.unit.publish import stand_ins, synthetic


@pytest.fixture
def settings(tmp_path):
    return Settings(profile=tmp_path / "profile", home=tmp_path, landing=tmp_path / "landing")


def make(settings, *, as_of=synthetic.AS_OF, position=77, results=None, changed="", marking=None):
    folder = settings.home / f"snapshot-{as_of}-{position}"
    profile = synthetic.profile(settings.profile, **({"marking": marking} if marking else {}))
    settings.profile.mkdir(exist_ok=True)
    return publish(
        settings,
        profile,
        stand_ins.snapshot(folder, as_of, position),
        stand_ins.catalogue(settings.home / "sql", changed=changed),
        synthetic.results() if results is None else results,
        checks=[],
        now=dt.datetime(2022, 1, 31, 6),
    )


def test_a_publication_has_its_parts_and_the_newest_is_named(settings):
    made = make(settings)
    assert made.new
    assert made.name == "2022-01-31-r1"
    assert made.index.is_file()
    for part in ("exports/figures.csv", "exports/series.parquet", "exports/datapackage.json", "audit/checks.json"):
        assert (made.folder / part).is_file()
    assert (made.folder / "audit/snapshot/request/all.parquet").is_file()
    assert (made.folder / "audit/definitions/open_backlog.sql").is_file()
    assert (settings.publications / "latest").read_text() == "2022-01-31-r1\n"
    assert 'href="2022-01-31-r1/site/index.html"' in (settings.publications / "index.html").read_text()
    assert not list(settings.publications.glob(".building-*"))


def test_the_manifest_holds_the_hash_of_every_other_file(settings):
    made = make(settings)
    manifest = json.loads((made.folder / "manifest.json").read_text())
    there = {p.relative_to(made.folder).as_posix() for p in made.folder.rglob("*") if p.is_file()}
    seals = {n for n in there if n.startswith("manifest.")}
    assert set(manifest["files"]) == there - seals
    for name, known in manifest["files"].items():
        content = (made.folder / name).read_bytes()
        assert known == {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}, name
    assert manifest["ledger_position"] == 77
    assert manifest["engine"] == "duckdb"
    assert manifest["versions"].keys() >= {"python", "duckdb", "reportmetrics"}
    assert manifest["metrics"]["latency.open_backlog"]["version"] == 1


def test_the_same_inputs_are_published_once(settings):
    first = make(settings)
    state = {p: p.stat().st_mtime_ns for p in settings.publications.rglob("*") if p.name != ".lock"}
    again = make(settings)
    assert again.name == first.name
    assert not again.new
    assert {p: p.stat().st_mtime_ns for p in settings.publications.rglob("*") if p.name != ".lock"} == state


def test_other_inputs_make_the_next_revision_and_an_old_state_comes_back_as_a_new_one(settings):
    assert make(settings).name == "2022-01-31-r1"
    assert make(settings, position=78).name == "2022-01-31-r2"
    assert make(settings, position=78, changed="x").name == "2022-01-31-r3"
    assert make(settings).name == "2022-01-31-r4"
    assert (settings.publications / "latest").read_text() == "2022-01-31-r4\n"


@pytest.mark.parametrize("harm", ["gone", "names one that is removed", "link astray"])
def test_the_list_of_all_is_made_anew_where_it_is_not_that_of_what_is_there(settings, harm):
    make(settings)
    page = settings.publications / "index.html"
    whole = page.read_text()
    match harm:
        case "gone":
            page.unlink()
        case "names one that is removed":
            removed = make(settings, position=78)
            (settings.publications / "latest").write_text("2022-01-31-r1\n")
            removed.folder.rename(settings.home / "removed")
        case "link astray":
            page.write_text(whole.replace('href="2022-01-31-r1/site/index.html" data', 'href="elsewhere.html" data'))
    assert not page.exists() or page.read_text() != whole
    assert not make(settings).new
    assert page.read_text() == whole


def test_all_files_are_read_only_and_the_big_script_is_shared(settings):
    first, second = make(settings), make(settings, position=78)
    for path in first.folder.rglob("*"):
        if path.is_file():
            assert not stat.S_IMODE(path.stat().st_mode) & 0o222, path
    scripts = [p.folder / "site/assets/plotly.min.js" for p in (first, second)]
    assert scripts[0].samefile(scripts[1])


def test_a_failure_leaves_no_trace(settings, monkeypatch):
    def broken(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(publishing, "write_audit", broken)
    with pytest.raises(OSError, match="disk full"):
        make(settings)
    assert [p.name for p in settings.publications.iterdir()] == [".lock"]


def test_what_a_killed_publisher_left_is_removed(settings):
    left = settings.publications / ".building-dead"
    left.mkdir(parents=True)
    (left / "half.html").write_text("<")
    make(settings)
    assert not left.exists()


def test_history_is_listed_newest_first_and_linked(settings):
    make(settings, as_of=dt.date(2022, 1, 24), position=70)
    made = make(settings)
    listing = (settings.publications / "index.html").read_text()
    assert listing.index("2022-01-31-r1/site") < listing.index("2022-01-24-r1/site")
    assert "Open the newest: 31 January 2022" in listing
    assert "../../2022-01-24-r1/site/index.html" in made.index.read_text()


def test_exports_read_back_as_they_were(settings):
    made = make(settings)
    figures = pl.read_parquet(made.folder / "exports/figures.parquet")
    assert figures.equals(synthetic.results().figures)
    with (made.folder / "exports/figures.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == figures.height
    assert {r["marking"] for r in rows} == {synthetic.MARKING}
    minimum = next(r for r in rows if r["statistic"] == "minimum" and "LO-13" in r["dims"])
    assert float(minimum["value"]) == -0.3
    package = json.loads((made.folder / "exports/datapackage.json").read_text())
    for resource in package["resources"]:
        with (made.folder / "exports" / resource["path"]).open(newline="", encoding="utf-8") as file:
            assert next(csv.reader(file)) == [f["name"] for f in resource["schema"]["fields"]]


def test_no_formula_reaches_a_spreadsheet(settings, tmp_path):
    made = make(settings, results=synthetic.results(names=("=cmd|' /C calc'!A0", "@SUM(1)", "+1")), marking="=1+1")
    for path in (made.folder / "exports").rglob("*.csv"):
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.reader(file):
                for cell in row:
                    assert not cell.startswith(("=", "+", "@", "\t", "\r")), (path.name, cell)
    write_csv(tmp_path / "x.csv", ["=head"], [["-text"], [-0.5], [None]], marking="M")
    assert (tmp_path / "x.csv").read_text() == "'=head,marking\n'-text,M\n-0.5,M\n,M\n"


def test_nothing_of_the_audit_folder_is_in_site_or_exports(settings):
    made = make(settings)
    shared = [p for part in ("site", "exports") for p in (made.folder / part).rglob("*") if p.is_file()]
    assert shared
    for path in shared:
        if path.suffix in {".html", ".csv", ".json"}:
            assert "raised_by" not in path.read_text()


def test_no_results_at_all_still_make_a_publication(settings):
    made = make(settings, results=Results.empty())
    assert made.new
    assert "No figures yet" in made.index.read_text()
