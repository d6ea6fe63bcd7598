"""A file's header against the mapping of its source: which cell is which canonical column.

Belongs here: finding columns by name, saying what is missing or unknown. Not here: what a cell's text means (``text``).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from reportmetrics.ingest.readers.base import UnreadableError
from reportmetrics.profile.sources import ColumnMap, Source, TableMap


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a canonical column comes from in files with one header: exactly one of the three, or none of them.

    ``cell`` is the position of a column of the file, ``pivot`` tells that it is the name or the value of the columns
    that are turned into rows, ``label`` is how the file names it.
    """

    given: ColumnMap
    cell: int | None = None
    pivot: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """A mapping fitted to a header. ``turned`` are the positions of the columns that are turned into rows."""

    table: TableMap
    header: tuple[str, ...]
    origins: dict[str, Origin]
    turned: tuple[int, ...]


def sheet_of(source: Source, entry: TableMap) -> str | None:
    """The sheet that fills a table; None where the format has none."""
    return entry.sheet or source.options.sheet


def fit(entry: TableMap, header: Sequence[str]) -> Fit:
    """Find each mapped column in the header. Raises ``UnreadableError`` when one is missing or ambiguous."""
    turned = _turned(entry, header)
    made = {} if entry.unpivot is None else {entry.unpivot.name_to: "name", entry.unpivot.value_to: "value"}
    origins: dict[str, Origin] = {}
    for name, given in entry.columns.items():
        pivot = next((made[c] for c in given.candidates if c in made), None)
        if pivot is not None:
            origins[name] = Origin(given, pivot=pivot)
            continue
        if not given.candidates:
            origins[name] = Origin(given, label=given.fact and f"(name of the file: {given.fact})")
            continue
        label = next((c for c in given.candidates if c in header), None)
        if label is None:
            if not given.optional:
                raise _missing(given.candidates, header)
            origins[name] = Origin(given)
            continue
        if header.count(label) > 1:
            raise UnreadableError(
                "duplicate_column",
                f"column '{label}' stands in the header {header.count(label)} times",
                "give each column a name of its own",
            )
        origins[name] = Origin(given, cell=header.index(label), label=label)
    return Fit(entry, tuple(header), origins, turned)


def unknown_columns(source: Source, sheet: str | None, header: Sequence[str]) -> list[str]:
    """Columns of a sheet that no table of the source takes; blank names are left out."""
    known: set[str] = set()
    patterns: list[str] = []
    for entry in source.tables:
        if sheet_of(source, entry) != sheet:
            continue
        known.update(c for given in entry.columns.values() for c in given.candidates)
        known.update(entry.ignore)
        if entry.unpivot is not None:
            patterns.append(entry.unpivot.columns)
    return [h for h in header if h and h not in known and not any(re.fullmatch(p, h) for p in patterns)]


def _turned(entry: TableMap, header: Sequence[str]) -> tuple[int, ...]:
    if entry.unpivot is None:
        return ()
    found = tuple(i for i, h in enumerate(header) if re.fullmatch(entry.unpivot.columns, h))
    if not found:
        raise UnreadableError(
            "missing_column",
            f"no column has a name like {entry.unpivot.columns} (there are: {_names(header)})",
            "send the columns that are asked for, or correct 'unpivot' in the source's mapping",
        )
    return found


def _missing(candidates: Sequence[str], header: Sequence[str]) -> UnreadableError:
    folded = {h.lower(): h for h in reversed(header)}
    near = difflib.get_close_matches(candidates[0].lower(), list(folded), n=1, cutoff=0.6)
    hint = f"is '{folded[near[0]]}' meant? Rename it, or add it as an alias to the source's mapping" if near else ""
    return UnreadableError(
        "missing_column",
        f"column '{candidates[0]}' is missing (there are: {_names(header)})",
        hint or f"add the column '{candidates[0]}' and send the file again",
    )


def _names(header: Sequence[str]) -> str:
    shown = [h for h in header if h][:40]
    return ", ".join(shown) + (f" and {len(header) - 40} more" if len(header) > 40 else "")
