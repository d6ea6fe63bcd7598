"""A metric that does not lint stops the main job before anything is taken in, with all mistakes at once."""

import datetime as dt
import shutil

import pytest
from typer.testing import CliRunner

from pipelines.launch import launch
from reportmetrics import current
from reportmetrics.cli import app
from reportmetrics.cli_errors import explain
from reportmetrics.current import StepError
from reportmetrics.settings import sql_folder
from tests.pipelines.tiny import make


@pytest.fixture
def spoiled(tmp_path, monkeypatch):
    """The product's SQL with mistakes of three kinds in three files: header, level, chance."""
    folder = tmp_path / "sql"
    shutil.copytree(sql_folder(), folder)
    changes = {
        "activity/held": ("unit: activities", "units: activities"),
        "outcome/coverage": ("FROM outcome_state", "FROM outcome_state CROSS JOIN activity"),
        "latency/answered_only": ("row_key,", "row_key, random() AS luck,"),
    }
    for name, (old, new) in changes.items():
        path = folder / "metrics" / f"{name}.sql"
        text = path.read_text()
        assert old in text, name
        path.write_text(text.replace(old, new, 1))
    monkeypatch.setattr(current, "sql_folder", lambda: folder)
    return folder


def test_all_mistakes_are_told_and_nothing_is_taken_in(tmp_path, spoiled):
    settings = make(tmp_path / "mission")
    with pytest.raises(StepError) as raised:
        launch(settings, as_of=dt.date(2021, 2, 8))
    told, code = explain(raised.value)
    assert code == 1
    assert "nothing was computed" in told
    for name, mistake in (
        ("metrics/activity/held.sql", "field-unknown"),
        ("metrics/activity/held.sql", "unit-missing"),
        ("metrics/outcome/coverage.sql", "level-read"),
        ("metrics/latency/answered_only.sql", "not-deterministic"),
    ):
        assert any(name in line and mistake in line for line in told.splitlines()), (name, mistake)
    assert not settings.warehouse.exists()
    assert not settings.publications.exists()


def test_reviews_of_a_whole_catalogue_are_told_in_one_line_and_judged_by_the_day_given():
    run = CliRunner().invoke
    late = run(app, ["metrics", "lint", "--as-of", "2030-01-31"])
    assert late.exit_code == 0, late.output
    (line,) = [ln for ln in late.stdout.splitlines() if "review-overdue" in ln]
    assert "past their review date on 2030-01-31" in line
    assert "review-overdue" not in run(app, ["metrics", "lint", "--as-of", "2022-01-31"]).stdout
