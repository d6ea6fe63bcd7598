"""A file's header against the mapping of its source: which cell is which canonical column.

Belongs here: finding columns by name, saying what is missing or unknown. Not here: what a cell's text means (``text``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from reportmetrics.ingest.events import EventFit, fit_events, not_counted
from reportmetrics.ingest.readers.base import UnreadableError
from reportmetrics.ingest.shaping import Shape, left_out, missing, position, shape_of, undecided
from reportmetrics.ingest.text import BLANKS, literal
from reportmetrics.profile.intake import before_column
from reportmetrics.profile.shapes import several
from reportmetrics.profile.sources import ColumnMap, Source, TableMap, sheet_of


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a canonical column comes from in files with one header: exactly one of ``cell`` and ``made``, or neither.

    ``cell`` is the position of a column of the file, ``made`` the SQL of what the shape makes of a row. ``label`` is
    how the file names the column; ``labels`` are its names when each record of a row takes another one. ``same`` is the
    SQL of two cells that must agree where the column says yes.
    """

    given: ColumnMap
    cell: int | None = None
    made: str | None = None
    label: str | None = None
    labels: tuple[str, ...] = ()
    same: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fit:
    """A mapping fitted to a header.

    ``left_out`` is SQL of why a record does not count, null when it does; ``undecided`` of its fault, where a cell that
    decides this has no usable value.
    """

    table: TableMap
    header: tuple[str, ...]
    origins: dict[str, Origin]
    shape: Shape
    left_out: str | None
    undecided: str | None
    events: EventFit | None


def fit(entry: TableMap, header: Sequence[str]) -> Fit:
    """Find each mapped column in the header. Raises ``UnreadableError`` when one is missing or ambiguous."""
    shape = shape_of(entry, header)
    origins = {name: _origin(given, shape, header) for name, given in entry.columns.items()}
    events = fit_events(entry, shape, header)
    unnamed = None if events is None else not_counted(events)
    deciding = None if unnamed is None or entry.events is None else several(entry.events.event)
    in_doubt = undecided(entry, shape, header, deciding)
    return Fit(entry, tuple(header), origins, shape, left_out(entry, shape, header, unnamed), in_doubt, events)


def _origin(given: ColumnMap, shape: Shape, header: Sequence[str]) -> Origin:
    found = _place_of(given, shape, header)
    if given.same is None or (found.cell is None and found.made is None):
        return found
    return replace(found, same=tuple(_cell_called(name, shape, header) for name in given.same))


def _cell_called(name: str, shape: Shape, header: Sequence[str]) -> str:
    if name in shape.made:
        return shape.made[name]
    at = position([name], header)
    if at is None:
        raise missing([name], header)
    return f"c{at}"


def _place_of(given: ColumnMap, shape: Shape, header: Sequence[str]) -> Origin:
    made = next((shape.made[c] for c in given.candidates if c in shape.made), None)
    if made is not None:
        return Origin(given, made=made, labels=_labels(made, shape))
    if given.join is not None:
        return _joined(given, given.join, shape, header)
    if not given.candidates:
        return Origin(given, label=given.fact and f"(name of the file: {given.fact})")
    at = position(given.candidates, header)
    if at is not None:
        return Origin(given, cell=at, label=header[at])
    if not given.optional:
        raise missing(given.candidates, header)
    return Origin(given)


def _joined(given: ColumnMap, names: Sequence[str], shape: Shape, header: Sequence[str]) -> Origin:
    """Cells that follow each other; nothing is entered where one of them is blank."""
    cells = []
    for name in names:
        at = None if name in shape.made else position([name], header)
        if at is None and name not in shape.made:
            if given.optional:
                return Origin(given)
            raise missing([name], header)
        cells.append(f"nullif(trim({shape.made.get(name, f'c{at}')}, {literal(BLANKS)}), '')")
    # A cell that was not understood is not hidden behind the others.
    bad = ", ".join(f"CASE WHEN starts_with({cell}, chr(26)) THEN {cell} END" for cell in cells)
    joined = " || ' ' || ".join(cells)
    return Origin(given, made=f"coalesce({bad}, {joined})", label=" + ".join(names))


def _labels(made: str, shape: Shape) -> tuple[str, ...]:
    """Names of the columns that the records of a row take, or should; one name when all take the same."""
    if shape.split is not None:
        return shape.names
    group = 0 if made == "label" else int(made[1:])
    return tuple(names[group] for names in shape.called)


def unknown_columns(source: Source, sheet: str | None, header: Sequence[str]) -> list[str]:
    """Columns of a sheet that no table of the source takes; blank names are left out.

    An alias that is left over, since the first one of its column is there too, is taken by nobody either.
    """
    known: set[str] = set()
    patterns: list[str] = []
    for entry in source.tables:
        if sheet_of(source, entry) != sheet:
            continue
        asked = [given.candidates for given in entry.columns.values()]
        asked += [part.candidates for each in (*entry.only, *entry.drop) for part in each.parts]
        if entry.events is not None:
            names = (several(entry.events.event), entry.events.time.candidates)
            asked += names
            known.update(before_column(name) for each in names for name in each)
        if entry.unpivot is not None:
            patterns.append(entry.unpivot.columns)
        made = _made(entry, header)
        known.update(next(c for c in each if c in header) for each in asked if _is_taken(each, header, made))
        known.update(c for given in entry.columns.values() for c in given.paired)
        known.update(entry.ignore)
        if entry.explode is not None:
            known.update([c for c in entry.explode.candidates if c in header][:1])
            patterns += [entry.explode.columns] if entry.explode.columns else []
    return [h for h in header if h and h not in known and not any(re.fullmatch(p, h) for p in patterns)]


def _made(entry: TableMap, header: Sequence[str]) -> Collection[str]:
    """Names that the shape of the records makes; they go before columns of the same name."""
    try:
        return shape_of(entry, header).made
    except UnreadableError:  # said when the mapping is fitted
        return ()


def _is_taken(candidates: Sequence[str], header: Sequence[str], made: Collection[str]) -> bool:
    return any(c in header for c in candidates) and not any(c in made for c in candidates)


def lacking_columns(fits: Iterable[Fit]) -> list[str]:
    """Columns of the mapping that files with this header may lack, and do."""
    lacking = [(f.header, o.given) for f in fits for o in f.origins.values() if o.cell is None and o.made is None]
    names = (n for header, given in lacking for n in (given.candidates[:1] or given.join or ()) if n not in header)
    return list(dict.fromkeys(names))
