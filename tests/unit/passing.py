"""Rows that count as checked, without the checks.

Belongs here: what a run that passed leaves in the warehouse. Not here: what is checked.
"""

from __future__ import annotations

import datetime as dt

from reportmetrics.validation.history import record
from reportmetrics.validation.run import CheckResult
from reportmetrics.warehouse.store import Store


def mark_passed(store: Store, position: int | None = None) -> None:
    """Note that the rows up to ``position``, left out: all, have passed, in the history of checks too."""
    passed = CheckResult("request", "types", "warning", True, "")
    reached = store.position() if position is None else position
    record(store, [passed], position=reached, now=dt.datetime(2021, 1, 1))
    store.mark_validated(reached)
