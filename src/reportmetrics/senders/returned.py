"""Refused rows as a workbook for each sender: the rows as they were sent, what is wrong marked in its cell.

A sheet for each source (and sheet of it) holds the sender's own columns between two columns of ours: which row it is,
and what to mend. Mended and put into the landing folder under its own name, the workbook is taken in through the
mapping of the source (``profile.intake``).

Belongs here: writing the workbooks. Not here: which rows are refused (``rejected``), which share a sheet (``sheets``).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from reportmetrics.ingest.readers.base import LEFT_OVER_CELLS, NUMBER_MARK, Sheet, UnreadableError
from reportmetrics.ingest.readers.xlsx import read_xlsx
from reportmetrics.ingest.row_faults import DOUBLED, RAGGED
from reportmetrics.profile.intake import (
    READ_ME,
    REASON,
    REFERENCE,
    RETURNED,
    declared_id,
    intake,
    returned_name,
    returned_number,
)
from reportmetrics.profile.load import Profile
from reportmetrics.profile.sources import Options
from reportmetrics.senders.book import Book, new_book
from reportmetrics.senders.sheets import GOES_AS, Part, Parts, gathered, with_ways

_LONGEST_NAME = 240
"""Bytes of a workbook's file name, in which its sources stand; systems take 255."""

_MOST_FAULTS = 1_000_000
"""A sheet holds 1,048,576 rows."""

_EMPTY = "Put each entry of the row into its column, then empty this cell: the row is refused until it is empty"
_CHOOSE = "Enter the value that is meant, then empty this cell: the row is refused until it is empty"

_HELP = (
    "The rows on the following sheets could not be taken in. Nothing else of your reports is affected.",
    "1. Mend the marked cells. Point at a marked cell to read what is wrong with it and what to do.",
    "2. Leave the other columns as they are, and the columns in brackets too: they say which row it is.",
    "3. Delete a row that should not have been sent. Do not add sheets.",
    "4. Save the workbook under the name that it has, as .xlsx, and send it back.",
    "A cell that starts with an apostrophe before = + - or @ was sent without it: leave it, it is taken off again.",
)


@dataclass(frozen=True, slots=True)
class Returned:
    """A workbook that was written: for whom, where, how many rows and unreadable files it tells of.

    ``handed`` has a line for each of them, with the columns of a record (``ingest.hand_backs``). ``kept``: it was there
    already and had been worked on since, and stayed as it is.
    """

    sender: str
    path: Path
    rows: int
    files: int
    handed: pl.DataFrame
    kept: bool


def return_rejects(
    faults: pl.DataFrame,
    profile: Profile,
    archive: Path,
    folder: Path,
    *,
    today: dt.date,
    known: pl.DataFrame | None = None,
) -> list[Returned]:
    """Write a workbook for each sender of ``faults`` (as of ``rejected.rejected``, open ones) into ``folder``.

    Rows are read from ``archive``. ``known`` are the records of earlier hand-backs (``hand_backs.known_records``): a
    workbook keeps its name when the same rows went to the same sender on the same day, and takes a new one otherwise.
    Raises ``OSError`` when a file of the archive is missing.
    """
    sources = {s.source: s for s in intake(profile.sources)}
    written: list[Returned] = []
    names = _Names(folder, today, known)
    ordered = with_ways(faults).sort("sender", "source", "file_seq")
    for (sender,), mine in ordered.group_by("sender", maintain_order=True):
        if mine.height > _MOST_FAULTS:
            said = f"{sender}: {mine.height:,} refusals are more than a sheet holds"
            raise OSError(f"{said}; give back fewer at once, with --source or --code")
        ids = sorted({declared_id(s) for s in mine[GOES_AS].unique() if s in sources})
        first = {i: gathered(sources[i], sources, mine, archive) for i in ids}
        whole = {id(parts[0]) for parts in first.values()}
        for some in _together(p for parts in first.values() for p in parts):
            theirs = mine.filter(_is_told_of(some, [p.source for p in some if id(p) in whole]))
            handed = _handed(theirs, str(sender), today)
            path = folder / names.name(handed, _ids(some))
            sheets = {name: part for p in some for name, part in p.by_sheet.items()}
            kept = _write(path, str(sender), profile, theirs, sheets, today)
            rows = theirs.filter(pl.col("source_row").is_not_null())["ref"].n_unique()
            files = theirs.filter(pl.col("source_row").is_null())["file_seq"].n_unique()
            named = handed.with_columns(workbook=pl.lit(path.name))
            written.append(Returned(str(sender), path, rows, files, named, kept))
    return written


def _is_told_of(parts: Iterable[Parts], whole: Iterable[str]) -> pl.Expr:
    """Of which refusals a workbook tells: those of its rows, and of ``whole`` files those of these sources."""
    ids = pl.col(GOES_AS).str.strip_suffix(f".{RETURNED}")
    rows = [(ids == p.source) & pl.col("ref").is_in(list(p.refs)) for p in parts]
    return pl.any_horizontal(ids.is_in(list(whole)) & pl.col("source_row").is_null(), *rows)


def _together(parts: Iterable[Parts]) -> list[list[Parts]]:
    """Which parts share a workbook: as many as its file name holds, and none whose sheets have the same name.

    Names of sheets that differ by capital letters only are the same to a spreadsheet.
    """
    books: list[tuple[list[Parts], set[str]]] = []
    for each in parts:
        names = {name.lower() for name in each.by_sheet}
        for some, taken in books:
            name = returned_name("00000000", 0, _ids([*some, each]))
            if len(name.encode()) <= _LONGEST_NAME and not names & taken:
                some.append(each)
                taken |= names
                break
        else:
            books.append(([each], names))
    return [some for some, _ in books]


def _ids(parts: Iterable[Parts]) -> list[str]:
    """Sources that read the rows when they come back."""
    return list(dict.fromkeys(reader for p in parts for reader in p.readers))


class _Names:
    """Names for workbooks: none that stands in the folder, or in a record, for other rows."""

    def __init__(self, folder: Path, today: dt.date, known: pl.DataFrame | None) -> None:
        self._day = f"{today:%Y%m%d}"
        self._of_rows: dict[frozenset[tuple[str | None, ...]], str] = {}
        if known is not None:
            for (name,), rows in known.filter(pl.col("handed_on") == str(today)).group_by("workbook"):
                self._of_rows[_as_told(rows)] = str(name)
        taken = [*self._of_rows.values(), *(p.name for p in folder.glob(f"{RETURNED}_{self._day}_*"))]
        self._last = max((n for name in taken if (n := returned_number(name, self._day)) is not None), default=0)

    def name(self, handed: pl.DataFrame, sources: Sequence[str]) -> str:
        """The name that these rows have already, or a new one."""
        known = self._of_rows.get(_as_told(handed))
        if known is not None:
            return known
        self._last += 1
        return returned_name(self._day, self._last, sources)


def _as_told(handed: pl.DataFrame) -> frozenset[tuple[str | None, ...]]:
    columns = ["refused_file", "refused_table", "refused_sheet", "refused_row", "sender"]
    return frozenset(handed.select(pl.col(columns).cast(pl.String)).rows())


def _handed(faults: pl.DataFrame, sender: str, today: dt.date) -> pl.DataFrame:
    return faults.select(
        pl.col("sent_sha256").alias("refused_file"),
        pl.col("table_name").alias("refused_table"),
        pl.col("sheet").alias("refused_sheet"),
        pl.col("source_row").alias("refused_row"),
        pl.lit(sender).alias("sender"),
        pl.lit(today).alias("handed_on"),
    ).unique(maintain_order=True)


def _write(
    path: Path, sender: str, profile: Profile, faults: pl.DataFrame, parts: Mapping[str, Part], today: dt.date
) -> bool:
    """Write a workbook. Returns whether it stayed as it was: somebody had mended rows where it lies."""
    made = path.with_name(f".{path.name}.new")
    try:
        with new_book(made, title=f"Refused rows of {sender}") as book:
            _write_explanation(book, path.name, sender, profile, faults, today)
            for name, part in parts.items():
                _write_part(book, name, part)
        kept = path.exists() and _rows_of(path, parts) != _rows_of(made, parts)
        if not kept:
            made.replace(path)
        return kept
    finally:
        made.unlink(missing_ok=True)


def _rows_of(path: Path, names: Iterable[str]) -> list[list[tuple[str | None, ...]]] | None:
    """The names of the sheets of a workbook, and the cells of some of them; None where it cannot be read."""
    import fastexcel

    try:
        read = read_xlsx(path, Options(), list(names))
        all_names = tuple(fastexcel.read_excel(path).sheet_names)
    except (UnreadableError, fastexcel.FastExcelError):
        return None
    return [[all_names], *(_cells(read[name]) for name in names)]


def _cells(sheet: Sheet | UnreadableError) -> list[tuple[str | None, ...]]:
    return [sheet.header, *sheet.rows.rows()] if isinstance(sheet, Sheet) else [(sheet.code,)]


def _write_explanation(
    book: Book, name: str, sender: str, profile: Profile, faults: pl.DataFrame, today: dt.date
) -> None:
    sheet = book.sheet(READ_ME)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 6, 24)
    lines = [
        profile.mission.marking,
        f"{profile.mission.name}: rows for {sender} to mend",
        f"{today:%d %B %Y} · {name}",
    ]
    for row, line in enumerate(lines):
        book.text(sheet, row, 0, line, "title" if row == 1 else "text")
    for row, line in enumerate(_HELP, len(lines) + 1):
        book.text(sheet, row, 0, line)
    start = len(lines) + len(_HELP) + 2
    heads = ["File", "Sheet", "Row", "Column", "As it was sent", "What is wrong", "What to do"]
    book.row(sheet, start, heads, "head")
    for row, fault in enumerate(faults.iter_rows(named=True), start + 1):
        place = None if fault["source_row"] is None else str(fault["source_row"])
        shown = [fault["original_name"], fault["sheet"], place, fault["column_name"], fault["raw"]]
        book.row(sheet, row, [*shown, fault["message"], fault["remedy"]], "wrapped")
    sheet.freeze_panes(start + 1, 0)


def _write_part(book: Book, name: str, part: Part) -> None:
    sheet = book.sheet(name)
    header = [REASON, *part.header, REFERENCE]
    book.row(sheet, 0, header, "head")
    sheet.set_column(0, 0, 48)
    sheet.set_column(1, len(header) - 1, 18)
    sheet.freeze_panes(1, 1)
    for row, (cells, faults) in enumerate(part.rows, 1):
        bad: dict[str, list[str]] = {}
        for fault in faults:
            bad.setdefault(fault["column_name"] or "", []).append(_advice(fault))
        said = {c: "; ".join(dict.fromkeys(words)) for c, words in bad.items()}
        book.text(sheet, row, 0, "; ".join(f"{c}: {w}" if c else w for c, w in said.items()), "wrapped")
        for column, label in enumerate(header[1:], 1):
            cell, look = cells.get(label), "bad" if label in said else "text"
            if cell is not None and cell.startswith(NUMBER_MARK):
                book.number(sheet, row, column, float(cell.removeprefix(NUMBER_MARK)), look)
            else:
                book.text(sheet, row, column, cell, look)
            if label in said:
                sheet.write_comment(row, column, said[label], {"x_scale": 2.5})
        unsure = [fault for fault in faults if fault["code"] in (RAGGED, DOUBLED)]
        if unsure:  # beyond the columns, where any entry is refused
            book.text(sheet, row, len(header), _left_over(unsure[0]["message"]), "bad")
            todo = _CHOOSE if unsure[0]["code"] == DOUBLED else _EMPTY
            sheet.write_comment(row, len(header), f"{said['']}. {todo}", {"x_scale": 2.5})


def _left_over(message: str) -> str:
    """What the row held beyond its columns; a question mark where it held too little, or a value twice."""
    found = re.search(LEFT_OVER_CELLS, message, re.DOTALL)
    return found[1] if found else "?"


def _advice(fault: Mapping[str, Any]) -> str:
    return f"{fault['message']}. To mend it: {fault['remedy']}"
