"""Requests that a federal office closed in one summer: a log that nobody here wrote, and a biased one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.realdata.request_logs import latency

pytestmark = pytest.mark.realdata

HQ = "Department of Justice"


def test_a_log_of_closed_requests_is_marked_as_selected(realdata: Path, tmp_path: Path) -> None:
    _, found = latency(Path(__file__).parent / "profile", realdata / "foia", tmp_path, as_of=dt.date(2017, 9, 1))
    row = found.row("latency.time_to_decision", "median", hq=HQ)
    assert (row["n"], row["value"]) == (244, 48)
    assert found.value("latency.time_to_decision", "events", hq=HQ) == 244
    assert round(found.value("latency.answered_only", "mean", hq=HQ)) == 317
    assert "selected on closing" in [c.split(":")[0] for c in row["caveats"]]
    assert found.row("latency.time_to_decision", "expected_since", hq=HQ)["reason"] == "nothing open"
