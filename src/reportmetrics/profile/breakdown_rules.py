"""What must hold of a mapping of IATI results, in which the parts of a figure stand beside the figure.

Belongs here: whether a mapping keeps a total apart from its parts. Not here: reading such files (``ingest``).

A file gives a value of a period and then those of women and men, or of places. A mapping that takes all of them for
readings of one indicator lets the last part stand for the whole.
"""

from __future__ import annotations

from collections.abc import Iterator

from reportmetrics.profile.reading import Problem
from reportmetrics.profile.sources import Source, TableMap

TABLE = "observation"
_WAYS = (
    "let totals count alone, by only: [{from: breakdown, is: total}]; or tell the parts apart, by indicator_id: {join: "
    "[indicator_id, breakdown], map: {...}}"
)


def breakdown_problems(file: str, key: str, source: Source, entry: TableMap) -> Iterator[Problem]:
    """A mapping that reads nothing of what tells the parts from the whole."""
    if _is_of_results(source, entry) and not _asked(entry) & {"breakdown", "dimensions"}:
        yield Problem(file, key, "a part of a figure, such as that of women, would replace the figure", _WAYS)


def breakdown_advice(source: Source) -> Iterator[Problem]:
    """A mapping under which some parts may still be taken for the whole: of places, or beside it under another key."""
    for entry in source.tables:
        apart = _apart(entry)
        if not _is_of_results(source, entry) or "breakdown" in apart or {"dimensions", "location_ref"} <= apart:
            continue
        said = (
            "readings of parts (dimensions, location_ref) may stand beside that of the whole, as the same indicator's"
        )
        yield Problem("sources", f"{source.source}.{entry.table}", said, _WAYS)


def _is_of_results(source: Source, entry: TableMap) -> bool:
    return source.reader == "iati" and entry.table == TABLE


def _apart(entry: TableMap) -> set[str]:
    """Columns of the file by which rows are left out, or which make the indicator that they are of."""
    filtered = {name for each in (*entry.only, *entry.drop) for part in each.parts for name in part.candidates}
    return filtered | set(entry.columns["indicator_id"].columns if "indicator_id" in entry.columns else ())


def _asked(entry: TableMap) -> set[str]:
    """These, and those that the key of the source is made of."""
    return _apart(entry) | {c for n in entry.key or () if n in entry.columns for c in entry.columns[n].columns}
