"""Plotly's script goes out as the wheel brings it, but for two brackets that spare browsers a second reading."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportmetrics.publish import plotly_script


def test_the_function_that_holds_all_stands_in_brackets_and_nothing_else_is_changed() -> None:
    wheel, ours = plotly_script.from_the_wheel().read_bytes(), plotly_script.plotly_script()
    assert len(ours) == len(wheel) + 2
    assert wheel.startswith(b"/**\n* plotly.js v")
    opening = wheel.index(plotly_script.OPENING) + len(b"this, ")
    assert ours[:opening] + ours[opening + 1 : -4] + ours[-3:] == wheel
    assert ours[opening : opening + 1] + ours[-4:-3] == b"()"


def test_a_script_that_is_built_otherwise_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "plotly.min.js"
    monkeypatch.setattr(plotly_script, "from_the_wheel", lambda: other)
    for script in (b"var Plotly = {};", plotly_script.OPENING * 2 + plotly_script.CLOSING, plotly_script.OPENING):
        other.write_bytes(script)
        assert plotly_script.plotly_script() == script
