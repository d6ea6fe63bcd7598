"""``profile lint`` shows advice about indicators as warnings, which do not fail."""

from __future__ import annotations

import shutil
from pathlib import Path

from typer.testing import CliRunner

from reportmetrics.cli import app

PROFILE = Path(__file__).parents[3] / "data" / "profiles" / "nmi"


def test_an_indicator_that_counts_meetings_is_a_warning(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(PROFILE, tmp_path / "p"))
    path = folder / "indicators.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Posts filled through the published procedure", "Number of meetings held"), "utf-8")
    done = CliRunner().invoke(app, ["profile", "lint", str(folder)])
    assert done.exit_code == 0
    (warning,) = [line for line in done.output.splitlines() if line.startswith("warning: ")]
    assert "indicators.yaml: indicators[LO-02.1].name" in warning
    assert "set level: output" in warning


def test_the_reference_profile_has_no_warning() -> None:
    done = CliRunner().invoke(app, ["profile", "lint", str(PROFILE)])
    assert done.exit_code == 0
    assert "warning" not in done.output
