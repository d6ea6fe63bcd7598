"""Marks before cells that are more than text: each says one thing."""

from __future__ import annotations

from reportmetrics.ingest import reasons
from reportmetrics.ingest.readers import base


def test_no_two_marks_are_the_same() -> None:
    marks = [(m, name) for owner in (base, reasons) for name, m in vars(owner).items() if name.endswith("_MARK")]
    named = dict.fromkeys(marks)  # those of readers are imported where they are explained
    assert len({mark for mark, _ in named}) == len(named) >= 9
