"""Versions: a release records them, a replaced one is kept as it was, and still gives the figures that it gave."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from reportmetrics.cli import app
from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.metrics.deprecated import VersionError, keep, kept_versions, load_version
from reportmetrics.metrics.lint import lint_folder
from reportmetrics.metrics.release import release
from reportmetrics.metrics.run import compute_metric
from reportmetrics.settings import sql_folder as product
from tests.sql.tiny_snapshot import build
from tests.unit.metrics import sql_folder

TODAY = dt.date(2022, 1, 31)
METRIC_FILE, VIEW_FILE = "metrics/latency/wait.sql", "derived/waiting.sql"
FASTER = sql_folder.VIEW.replace("as_of_at) AS waited", "coalesce(decided_at, as_of_at)) AS waited")
SECOND = sql_folder.METRIC.replace("version: 1", "version: 2")


def codes(folder: Path) -> set[str]:
    return {f.code for f in lint_folder(folder, today=TODAY)}


@pytest.fixture
def released(tmp_path: Path) -> Path:
    folder = sql_folder.write(tmp_path / "sql")
    assert release(folder).recorded == ["latency.wait version 1"]
    return folder


@pytest.fixture
def old(released: Path, tmp_path: Path) -> Path:
    """What a publication of version 1 holds."""
    return Path(shutil.copytree(released, tmp_path / "definitions"))


def test_a_changed_view_needs_a_new_version_and_a_release_keeps_the_old_one(released: Path, old: Path) -> None:
    sql_folder.write(released, view=FASTER)
    assert "version-unchanged" in codes(released)
    with pytest.raises(VersionError, match="raise its version first"):
        release(released)
    sql_folder.write(released, view=FASTER, metric=SECOND)
    assert "deprecated-missing" in codes(released)
    with pytest.raises(VersionError, match="would be lost"):
        release(released)
    done = release(released, replaced=old)
    assert (done.recorded, done.kept) == (["latency.wait version 2"], ["latency.wait version 1"])
    assert codes(released) == codes(old)
    assert release(released).recorded == []
    kept = load_version(released, "latency.wait", 1)
    assert kept.definition_hash == load_catalogue(old).metrics["latency.wait"].definition_hash
    assert load_version(released, "latency.wait").definition.version == 2
    with pytest.raises(VersionError, match="there are: 1, 2"):
        load_version(released, "latency.wait", 3)
    with pytest.raises(VersionError, match="there is no metric"):
        load_version(released, "latency.weight", 1)


def test_a_release_that_nobody_was_given_may_be_amended(released: Path) -> None:
    sql_folder.write(released, view=FASTER)
    assert release(released, amend=True).recorded == ["latency.wait version 1"]
    assert "version-unchanged" not in codes(released)
    (released / METRIC_FILE).unlink()
    assert release(released, amend=True).metrics == 0
    assert "latency.wait" not in (released / "metrics" / "released.yaml").read_text()


def test_only_what_was_released_is_taken_as_the_replaced_version(released: Path, old: Path) -> None:
    sql_folder.write(old, view=sql_folder.VIEW.replace("IS NOT NULL", "IS NULL"))
    sql_folder.write(released, view=FASTER, metric=SECOND)
    with pytest.raises(VersionError, match="as it was released"):
        release(released, replaced=old)
    assert kept_versions(released) == []


def test_a_kept_version_does_not_change(released: Path, old: Path) -> None:
    sql_folder.write(released, view=FASTER, metric=SECOND)
    release(released, replaced=old)
    (kept,) = kept_versions(released)
    assert keep(released, old, "latency.wait") == kept
    view = kept.folder / VIEW_FILE
    view.write_text(sql_folder.VIEW + "-- a comment does not count\n")
    assert "deprecated-changed" not in codes(released)
    view.write_text(FASTER)
    assert "deprecated-changed" in codes(released)
    with pytest.raises(VersionError, match="another definition"):
        keep(released, old, "latency.wait")
    view.unlink()
    assert "deprecated-changed" in codes(released)
    shutil.rmtree(kept.folder)
    assert "deprecated-missing" in codes(released)


def test_an_estimator_that_changed_since_is_told(released: Path, old: Path) -> None:
    sql_folder.write(released, view=FASTER, metric=SECOND)
    release(released, replaced=old)
    record = kept_versions(released)[0].folder / "kept.yaml"
    record.write_text(record.read_text().replace("kaplan_meier: 1", "kaplan_meier: 0"))
    (found,) = [f for f in lint_folder(released, today=TODAY) if f.code.startswith("deprecated")]
    assert (found.code, found.severity) == ("deprecated-estimator", "warning")
    assert "kaplan_meier 0 to 1" in found.message


def test_a_deprecated_version_of_a_product_metric_gives_its_old_figures(tmp_path: Path) -> None:
    """activity.held once more, counting pieces (version 2) where it counted what each piece stands for (version 1)."""
    folder = tmp_path / "sql"
    shutil.copytree(product(), folder, ignore=shutil.ignore_patterns("deprecated", "released.yaml", "checks"))
    old = Path(shutil.copytree(folder, tmp_path / "old"))
    release(folder)
    path = folder / "metrics" / "activity" / "held.sql"
    text = path.read_text()
    assert "coalesce(count, 1) AS value" in text
    path.write_text(text.replace("coalesce(count, 1) AS value", "1 AS value").replace("version: 1", "version: 2"))
    assert release(folder, replaced=old).kept == ["activity.held version 1"]
    given = {"activity": [{"objective_id": "LO-01", "status": "held", "occurred_on": "2022-01-04", "count": 3}]}
    with DuckDBEngine(build(tmp_path / "snapshot", given, as_of=TODAY)) as engine:
        values = {}
        for version in (1, 2):
            figures = compute_metric(load_version(folder, "activity.held", version), engine, as_of=TODAY).figures
            (row,) = [r for r in figures.iter_rows(named=True) if r["dims"] == '{"objective_id":"LO-01"}']
            values[row["version"]] = row["value"]
    assert values == {1: 3.0, 2: 1.0}


def test_command_line(released: Path, old: Path) -> None:
    run = CliRunner().invoke
    sql_folder.write(released, view=FASTER, metric=SECOND)
    refused = run(app, ["metrics", "release", str(released)])
    assert refused.exit_code == 1
    assert "--replaces" in refused.stderr
    done = run(app, ["metrics", "release", str(released), "--replaces", str(old)])
    assert done.exit_code == 0, done.output
    assert "recorded latency.wait version 2" in done.stdout
    assert "kept     latency.wait version 1" in done.stdout
    kept = run(app, ["metrics", "keep", "latency.wait", str(released), "--from", str(old)])
    assert "latency.wait version 1 kept in" in kept.stdout
    assert run(app, ["metrics", "show", "activity.held", "--version", "77"]).exit_code == 2
