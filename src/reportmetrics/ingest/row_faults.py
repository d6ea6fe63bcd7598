"""What is wrong with a row as a whole, by how its reader, its shape or its event log says so in ``row_fault``.

Belongs here: codes and remedies of such rows. Not here: faults of single cells (``faults``), marking rows (``readers``,
``shaping``, ``events``, ``forms``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reportmetrics.ingest.forms import BOTH_SAID, CLEAR_ONE
from reportmetrics.ingest.readers.base import BAD_MARK, STRAY_EVENT, TWICE, UNDECIDED, UNTIMED
from reportmetrics.ingest.text import literal

RAGGED, DOUBLED = "ragged_row", "duplicate_column"
"""Codes of a row whose cells do not line up with the header, and of one in which an attribute stands twice."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row whose ``row_fault`` begins with ``mark`` has this fault; it is told without ``hidden``."""

    code: str
    mark: str
    remedy: str
    hidden: str = ""


_MARKED = (
    RowFault("stray_event", STRAY_EVENT, "put the event into the trace of its record, and send the log again"),
    RowFault("answered_and_not_applicable", BOTH_SAID, CLEAR_ONE),
    RowFault(DOUBLED, TWICE, "give each value a key of its own, and send the log again"),
    RowFault("unknown_event", BAD_MARK, "correct the name of the event, or add it to the source's mapping", BAD_MARK),
    RowFault("bad_time", UNTIMED, "enter when the event happened, in the agreed format"),
    RowFault("undecided_row", UNDECIDED, "enter the value itself, and as text where it is a number of many digits"),
)


def row_faults() -> Iterator[tuple[str, str, str, str]]:
    """Code, SQL condition, SQL of the message, and remedy of each fault; ``m`` is the mapped row."""
    begins = {fault.code: f"starts_with(m.row_fault, {literal(fault.mark)})" for fault in _MARKED}
    none = " OR ".join(begins.values())
    yield RAGGED, f"NOT ({none})", "m.row_fault", "give the row one cell for each column of the header"
    for fault in _MARKED:
        message = f"ltrim(m.row_fault, {literal(fault.hidden)})" if fault.hidden else "m.row_fault"
        yield fault.code, begins[fault.code], message, fault.remedy
