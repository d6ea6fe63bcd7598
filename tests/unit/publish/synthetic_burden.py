"""Synthetic figures of the burden of reporting: one form that could come every second week, hours, novelty."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.publish.synthetic import Writer

FORM = {"template_id": "weekly"}
REPLAY = "burden.cadence_replay"
METRICS = (
    REPLAY,
    "burden.hours_per_advisor_week",
    "burden.hours_vs_contact",
    "burden.field_novelty",
    "burden.confirmed_unchanged",
    "burden.text_novelty",
    "burden.field_retirement",
    "burden.duplicate_askings",
    "rotation.novelty_by_tenure",
    "burden.return_answered",
    "burden.return_days",
    "burden.return_used",
    "burden.return_fields",
    "burden.return_refused",
    "burden.return_rows",
    "burden.return_mended_days",
)


def write(w: Writer, as_of: dt.date) -> None:
    """All figures that the page on the burden of reporting reads."""
    _replay(w)
    _hours(w, as_of)
    w.figure("burden.field_novelty", FORM, "share", 0.3, lower=0.25, upper=0.36, n=900)
    w.figure("burden.field_novelty", FORM | {"field_id": "f"}, "share", 0.06, n=300)
    w.figure("rotation.novelty_by_tenure", {"tenure": "under 30 days"}, "share", 0.4, n=200)
    hidden = "hidden (fewer than 5 people)"
    w.figure("rotation.novelty_by_tenure", {"tenure": "183 days and more"}, "share", None, n=0, reason=hidden)
    w.figure("burden.confirmed_unchanged", FORM, "share", 0.1, n=900)
    w.figure("burden.text_novelty", FORM, "share", None, n=0, reason="no narrative of 20 words")
    w.figure("burden.field_retirement", FORM | {"field_id": "f"}, "sum", 387.0, n=300)
    w.figure("burden.duplicate_askings", {"concept_id": "c"}, "sum", 40.0, n=30)
    for dims in ({}, FORM):
        w.figure("burden.return_answered", dims, "share", 0.25, lower=0.2, upper=0.31, n=400, n_missing=20)
        w.figure("burden.return_days", dims, "median", None, n=400, reason="median not reached")
        w.figure("burden.return_used", dims, "share", 0.05, n=400, n_missing=20)
        w.figure("burden.return_fields", dims, "share", 0.5, n=900)
    for state, rows in (("mended", 4.0), ("open", 2.0)):
        w.figure("burden.return_refused", {"source": "s", "row_state": state}, "count", rows)
    _given_back(w)


def _given_back(w: Writer) -> None:
    """Four rows of the one unit, one of nobody knows whom, and a unit that is hidden."""
    of_unit = {"refused": 4.0, "given back": 3.0, "refused again": 1.0, "mended": 2.0, "open": 1.0}
    of_nobody = {"refused": 1.0, "given back": 1.0, "refused again": 0.0, "mended": 0.0, "open": 1.0}
    for step, unit in of_unit.items():
        nobody = of_nobody[step]
        w.figure("burden.return_rows", {"unit_id": "U1", "step": step}, "sum", unit, n=10)
        w.figure("burden.return_rows", {"unit_id": None, "step": step}, "sum", nobody, n=1)
        w.figure("burden.return_rows", {"step": step}, "sum", unit + nobody, n=11)
    w.figure("burden.return_mended_days", {"unit_id": "U1"}, "median", 12.0, lower=9.0, upper=None, n=4)
    w.figure("burden.return_mended_days", {"unit_id": None}, "median", None, n=1, reason="not reached")
    w.figure("burden.return_mended_days", {}, "median", 20.0, lower=9.0, upper=None, n=5)


def _replay(w: Writer) -> None:
    steps = ((2, 31.0, 0.03, 1, 7.0), (4, 46.5, 0.12, 4, 21.0), (8, 54.25, 0.21, 9, 49.0), (13, 57.2, 0.26, 14, 84.0))
    for k, hours, error, missed, delay in steps:
        label = str(k)
        w.figure(REPLAY, FORM, "error", error, label=label, n=10)
        w.figure(REPLAY, FORM, "hours_saved", hours, label=label, n=10)
        w.figure(REPLAY, FORM, "missed_changes", float(missed), label=label, n=10)
        w.figure(REPLAY, FORM, "changes", 24.0, label=label, n=10)
        w.figure(REPLAY, FORM, "delay", delay, label=label, n=10)
    w.figure(REPLAY, FORM, "advised", 2.0, n=10)


def _hours(w: Writer, as_of: dt.date) -> None:
    w.figure("burden.hours_per_advisor_week", {}, "rate", 9.0, lower=8.6, upper=9.4, n=600)
    w.figure("burden.hours_vs_contact", {}, "rate", 0.6, lower=0.57, upper=0.63, n=600)
    for k in range(60):
        week = {"week": (as_of - dt.timedelta(weeks=60 - k)).isoformat()}
        told = k != 50  # a week that nobody reported
        hours = 9 + 0.5 * math.sin(k) if told else None
        ends = {"lower": hours - 0.4, "upper": hours + 0.4} if hours is not None else {"reason": "nothing reported"}
        w.figure("burden.hours_per_advisor_week", week, "rate", hours, **ends)
        w.figure("burden.hours_vs_contact", week, "rate", 0.6)
