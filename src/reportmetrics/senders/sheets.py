"""Which refused rows may share a sheet: those of files that have the same columns, as far as the mapping reads them.

On a sheet every row has every column. Beside rows that have a column, a row whose file lacks it would tell that nothing
was entered there, and where a file calls a column by an alias, what stands under it would not be read at all.

Belongs here: gathering the rows of a source into sheets. Not here: writing the workbook (``returned``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from reportmetrics.ingest.guard import shown, unguarded
from reportmetrics.ingest.mapping import unknown_columns
from reportmetrics.ingest.readers.archived import read_archived
from reportmetrics.ingest.readers.base import NUMBER_MARK, Sheet, UnreadableError
from reportmetrics.profile.intake import (
    REASON,
    REFERENCE,
    RETURNED,
    declared_id,
    fact_column,
    facts_of,
    handed_out_as,
    is_returned,
    returned_sheet,
    written_here,
)
from reportmetrics.profile.sources import Source, sheet_of

GOES_AS = "goes_as"


@dataclass(slots=True)
class Part:
    """One sheet: the sender's columns, and rows as (cells by column, faults)."""

    header: list[str]
    rows: list[tuple[dict[str, str | None], list[dict[str, Any]]]] = field(default_factory=list)


@dataclass(slots=True)
class Parts:
    """Sheets of a source that may stand in one workbook. ``refs``: the rows on them, ``read``: the columns of each.

    ``readers`` are the ids of the sources that read these sheets: both that read entry forms, where answers go back.
    """

    source: str
    readers: list[str] = field(default_factory=list)
    by_sheet: dict[str, Part] = field(default_factory=dict)
    read: dict[str, frozenset[str]] = field(default_factory=dict)
    refs: set[str] = field(default_factory=set)

    def takes(self, read: Mapping[str, frozenset[str]]) -> bool:
        """Whether the rows of a file of which this is read may stand beside those that are there."""
        return all(self.read.get(name, columns) == columns for name, columns in read.items())


def gathered(source: Source, sources: Mapping[str, Source], faults: pl.DataFrame, archive: Path) -> list[Parts]:
    """The refused rows that go back as those of a source (``goes_as``); one without sheets where only files do."""
    found: list[Parts] = []
    mine = faults.filter(
        pl.col(GOES_AS).is_in([source.source, f"{source.source}.{RETURNED}"]) & pl.col("source_row").is_not_null()
    )
    for (source_id, sha256, facts), of_file in mine.group_by([GOES_AS, "sha256", "facts"], maintain_order=True):
        came = sources[str(source_id)]
        sheets = {
            str(name) if is_returned(came) else returned_sheet(source, name): (name, sheet)
            for name, sheet in _read(came, archive / str(sha256))
        }
        read = {called: _columns_read(came, name, sheet) for called, (name, sheet) in sheets.items()}
        parts = next((p for p in found if p.takes(read)), None)
        if parts is None:
            parts = Parts(source.source)
            found.append(parts)
        parts.read |= read
        parts.refs.update(of_file["ref"])
        told = json.loads(str(facts)) if facts else {}
        for called, (name, sheet) in sheets.items():
            here = of_file.filter(pl.col("sheet").eq_missing(pl.lit(name, dtype=pl.String)))
            if here.height:
                _add(parts.by_sheet.setdefault(called, Part([])), sheet, here, told, facts_of(source))
    for parts in found:
        parts.readers = [s.source for s in sources.values() if _reads_a_sheet(s, source, parts.by_sheet)]
    return found or [Parts(source.source)]


def with_ways(faults: pl.DataFrame) -> pl.DataFrame:
    """The refusals with the column ``goes_as``: the source as whose rows each goes back."""
    return faults.with_columns(pl.col("source").map_elements(handed_out_as, return_dtype=pl.String).alias(GOES_AS))


def _reads_a_sheet(reader: Source, source: Source, sheets: Collection[str]) -> bool:
    declared = declared_id(reader.source) == reader.source and handed_out_as(reader.source) == source.source
    return declared and any(returned_sheet(reader, sheet_of(reader, t)) in sheets for t in reader.tables)


def _columns_read(source: Source, sheet_name: str | None, sheet: Sheet) -> frozenset[str]:
    """Columns of a file by which its rows differ from those of a file without them.

    Where columns become rows, one without an entry gives none, unless the mapping says otherwise.
    """
    tables = [t for t in source.tables if sheet_of(source, t) == sheet_name]
    ignored = (name for t in tables for name in t.ignore)
    several = [t.unpivot.columns for t in tables if t.unpivot is not None and t.unpivot.drop_blank]
    several += [t.explode.columns for t in tables if t.explode is not None and t.explode.columns is not None]
    beside = {*ignored, *unknown_columns(source, sheet_name, sheet.header)}
    return frozenset(h for h in sheet.header if h and h not in beside and not any(re.fullmatch(p, h) for p in several))


def _read(source: Source, path: Path) -> Iterator[tuple[str | None, Sheet]]:
    wanted = list(dict.fromkeys(sheet_of(source, t) for t in source.tables))
    try:
        found = read_archived(path, source, wanted)
    except UnreadableError as error:
        raise OSError(f"{path} of the archive cannot be read by source {source.source} any more: {error}") from error
    for name, sheet in found.items():
        if isinstance(sheet, Sheet):
            # What went out once was guarded then, and is guarded again.
            yield name, replace(sheet, held=unguarded(sheet.rows)) if written_here(source) else sheet


def _add(part: Part, sheet: Sheet, faults: pl.DataFrame, facts: Mapping[str, str], asked: Sequence[str]) -> None:
    """Add the refused rows of one sheet of one file; columns that the part does not know yet come after the others."""
    own = [h for h in sheet.header if h and h not in (REFERENCE, REASON)]
    part.header += [h for h in own if h not in part.header]
    by_row = {int(k[0]): v for k, v in faults.group_by(["source_row"], maintain_order=True)}
    for row in sheet.rows.filter(pl.col("source_row").is_in(list(by_row))).iter_rows(named=True):
        of_row = by_row[row["source_row"]]
        cells = {h: _as_sent(row[f"c{i}"]) for i, h in enumerate(sheet.header) if h}
        cells |= {fact_column(f): facts[f] for f in asked if f in facts}
        cells[REFERENCE] = of_row["ref"][0]
        part.rows.append((cells, of_row.to_dicts()))
    part.header += [c for c in map(fact_column, asked) if c not in part.header]


def _as_sent(cell: str | None) -> str | None:
    """A cell as it may stand in a workbook that goes out; one that is a number keeps its mark."""
    return cell if cell is not None and cell.startswith(NUMBER_MARK) else shown(cell)
