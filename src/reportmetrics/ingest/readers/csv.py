"""CSV with a declared encoding, delimiter and quote. Nothing is sniffed.

A row with more or fewer cells than the header does not line up with it: it is passed on with a ``row_fault``. A quote
that never closes would swallow the rest of the file, so the file is refused.

Two ways lead to the same rows: most bytes of most files go through ``csv_blocks``; blocks with ragged rows or blank
lines, and whole files with odd quotes, go through Python's parser here, which is strict and names the line.
"""

from __future__ import annotations

import codecs
import csv
import functools
import io
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import polars as pl

from reportmetrics.ingest.in_order import in_order
from reportmetrics.ingest.readers import csv_blocks
from reportmetrics.ingest.readers.base import (
    LEFT_OVER,
    LEFT_OVER_SHOWN,
    Sheet,
    Spool,
    UnreadableError,
    clean_header,
    sheet_schema,
)
from reportmetrics.ingest.readers.csv_quotes import SWALLOWED, broken, first_swallowing
from reportmetrics.ingest.readers.encoding import PACKED, decoded, other_mark
from reportmetrics.profile.sources import Options

if TYPE_CHECKING:
    import _csv

SPOOL_BYTES = 256 * 1024 * 1024
"""Files from this size on are kept as Parquet while they are worked on, not in memory."""

_LONGEST_CELL = 16 * 1024 * 1024
_MOST_COLUMNS = 4_096
_ROWS_AT_ONCE = 100_000
_UTF8 = frozenset({"utf-8", "utf-8-sig"})


class _OddError(Exception):
    """The quick way does not apply to this file."""


def read_csv(
    path: Path,
    options: Options,
    sheets: Sequence[str | None],
    *,
    numbers: Collection[str | None] = (),  # noqa: ARG001 (all cells are texts)
) -> dict[str | None, Sheet | UnreadableError]:
    """See ``base.Reader``; a CSV file is one sheet, called None."""
    try:
        sheet = read_quickly(path, options)
    except (_OddError, csv_blocks.QuotesError, csv.Error, UnicodeError, UnreadableError):
        sheet = read_strictly(path, options)
    return dict.fromkeys(sheets, sheet)


def read_quickly(path: Path, options: Options) -> Sheet:
    """The rows, by blocks. Raises what says that the file is not for it; the strict way then finds the reason."""
    if not (options.delimiter.isascii() and options.quote.isascii()):
        raise _OddError
    with _as_utf8(path, options.encoding) as file:
        header, at = _header(file, options)
        size = path.stat().st_size
        keeper = _Keeper(header, options.delimiter, spool=size >= SPOOL_BYTES)
        blocks = csv_blocks.blocks(file, at, options.delimiter, options.quote, len(header))
        parse = functools.partial(_parsed, options=options, width=len(header))
        # For a file of one block threads would cost more than they save.
        each = map(parse, blocks) if size <= csv_blocks.BLOCK_BYTES else in_order(parse, blocks)
        number = options.skip_rows + 2
        for data, block, cells in each:
            if cells is not None:
                keeper.add(csv_blocks.numbered(cells, number), bare=block.bare, breaks=block.breaks)
                number += block.records
                continue
            lines = io.StringIO(data.decode(), newline="")
            for after, some in _records(lines, options, len(header), number):
                keeper.add(some, bare=False, breaks=block.breaks)
                number = after
    return keeper.sheet()


def _parsed(
    found: tuple[bytes, csv_blocks.Block], options: Options, width: int
) -> tuple[bytes, csv_blocks.Block, pl.DataFrame | None]:
    """A block with its cells; without them when it is for the strict parser."""
    data, block = found
    if b"\0" in data:
        raise _OddError
    cells = csv_blocks.parse(data, block, options.delimiter, options.quote, width) if block.regular else None
    return data, block, cells


def read_strictly(path: Path, options: Options) -> Sheet:
    """The rows, by Python's parser. Raises ``UnreadableError`` with the line that is at fault."""
    text = decoded(path.read_bytes(), options.encoding)
    small = len(text) < SPOOL_BYTES
    # A StringIO takes four bytes a character: too much for a large file, which is read a second time instead.
    held = io.StringIO(text, newline="") if small else None
    del text

    def lines() -> Iterable[str]:
        if held is None:
            return _lines(path, options.encoding)
        held.seek(0)
        return held

    csv.field_size_limit(_LONGEST_CELL)
    reader = _reader(lines(), options)
    number = 0
    try:
        header: tuple[str, ...] = ()
        for number, cells in enumerate(reader, start=1):
            if number == options.skip_rows + 1:
                header = _checked_header(cells, number)
                break
        if not header:
            raise _bad_header(options.skip_rows + 1, 0)
        keeper = _Keeper(header, options.delimiter, spool=not small)
        for _, rows in _frames(reader, len(header), number + 1):
            keeper.add(rows, bare=False, breaks=True)
    except csv.Error as error:
        raise broken(lines, options.delimiter, options.quote, str(error), reader.line_num) from None
    return keeper.sheet()


class _Keeper:
    """Collects rows: in memory, or in Parquet files."""

    def __init__(self, header: tuple[str, ...], delimiter: str, *, spool: bool) -> None:
        self._delimiter = delimiter
        self._header = tuple(sys.intern(h) for h in header)
        self._frames: list[pl.DataFrame] = []
        self._folder = tempfile.TemporaryDirectory(prefix="reportmetrics-") if spool else None
        self._paths: list[Path] = []
        self._bare = True
        self._swallowing: int | None = None

    def add(self, rows: pl.DataFrame, *, bare: bool, breaks: bool) -> None:
        """Keep rows, in their order. ``breaks``: there may be line breaks within cells."""
        self._bare &= bare
        if breaks and self._swallowing is None:
            self._swallowing = first_swallowing(rows, self._delimiter, len(self._header))
        if self._folder is None:
            self._frames.append(rows)
        else:
            path = Path(self._folder.name) / f"{len(self._paths):06}.parquet"
            rows.write_parquet(path, compression="lz4")
            self._paths.append(path)

    def sheet(self) -> Sheet:
        if self._folder is not None and self._paths:
            return Sheet("", self._header, Spool(self._folder, tuple(self._paths)), self._bare, self._notes())
        frames = self._frames or [pl.DataFrame(schema=sheet_schema(len(self._header)))]
        return Sheet("", self._header, pl.concat(frames, rechunk=False), self._bare, self._notes())

    def _notes(self) -> tuple[str, ...]:
        return () if self._swallowing is None else (f"{SWALLOWED} (first: row {self._swallowing})",)


@contextmanager
def _as_utf8(path: Path, encoding: str) -> Iterator[BinaryIO]:
    """The file as UTF-8 bytes. Bytes that are UTF-8 already are checked while they are parsed."""
    name = codecs.lookup(encoding).name
    with path.open("rb") as file:
        begins = file.read(len(PACKED))
        if begins == PACKED:
            raise _OddError
        if other_mark(begins, encoding) is not None:
            raise _OddError
        file.seek(0)
        if name in _UTF8:
            yield file
            return
    with tempfile.TemporaryFile() as scratch, path.open(encoding=encoding, newline="") as text:
        while some := text.read(4 * 1024 * 1024):
            scratch.write(some.encode())
        yield scratch


def _header(file: BinaryIO, options: Options) -> tuple[tuple[str, ...], int]:
    """The header and the byte at which the rows begin."""
    at = len(codecs.BOM_UTF8) if _starts_with(file, codecs.BOM_UTF8) else 0
    file.seek(at)
    reader = _reader((line.decode() for line in file), options)
    for number, cells in enumerate(reader, start=1):
        if number == options.skip_rows + 1:
            header = _checked_header(cells, number)
            file_lines = reader.line_num
            break
    else:
        raise _OddError
    file.seek(at)
    start = at + sum(len(file.readline()) for _ in range(file_lines))
    file.seek(0)
    if b"\0" in file.read(start):
        raise _OddError
    return header, start


def _starts_with(file: BinaryIO, mark: bytes) -> bool:
    file.seek(0)
    return file.read(len(mark)) == mark


def _lines(path: Path, encoding: str) -> Iterator[str]:
    with path.open(encoding=encoding, newline="") as file:
        for number, line in enumerate(file):
            yield line.removeprefix("\ufeff") if number == 0 else line


def _reader(lines: Iterable[str], options: Options) -> _csv.Reader:
    return csv.reader(lines, delimiter=options.delimiter, quotechar=options.quote, strict=True)


def _records(lines: Iterable[str], options: Options, width: int, number: int) -> Iterator[tuple[int, pl.DataFrame]]:
    csv.field_size_limit(_LONGEST_CELL)
    return _frames(_reader(lines, options), width, number)


def _frames(reader: Iterable[list[str]], width: int, number: int) -> Iterator[tuple[int, pl.DataFrame]]:
    """Rows in frames, each with the number of the record after it."""
    rows: list[list[str | None]] = []
    for cells in reader:
        if any(cells) and not all(c.isspace() or not c for c in cells):
            rows.append(_row(number, cells, width))
        number += 1
        if len(rows) >= _ROWS_AT_ONCE:
            yield number, _frame(rows, width)
            rows = []
    yield number, _frame(rows, width)


def _frame(rows: list[list[str | None]], width: int) -> pl.DataFrame:
    schema = sheet_schema(width)
    # Transposing in C keeps memory low: each cell is held once, by reference.
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    return pl.DataFrame(
        {name: pl.Series(name, columns[i], dtype=kind) for i, (name, kind) in enumerate(schema.items())}
    )


def _checked_header(cells: Sequence[str], number: int) -> tuple[str, ...]:
    header = clean_header(cells)
    if not header or len(header) > _MOST_COLUMNS:
        raise _bad_header(number, len(header))
    return header


def _bad_header(row: int, width: int) -> UnreadableError:
    if width:
        return UnreadableError(
            "too_many_columns", f"the header has {width:,} columns", "send the columns that are asked for"
        )
    return UnreadableError(
        "no_header", f"row {row} should hold the header but is blank", "correct 'skip_rows', or the file"
    )


def _row(number: int, cells: list[str], width: int) -> list[str | None]:
    fault = None
    if len(cells) != width:
        extra = [c for c in cells[width:] if c.strip()]
        if len(cells) < width or extra:
            fault = f"the row has {len(cells)} cells, the header {width}"
            if extra:
                fault += LEFT_OVER.format("; ".join(extra)[:LEFT_OVER_SHOWN])
        cells = (cells + [""] * width)[:width]
    return [number, *(c or None for c in cells), fault]  # type: ignore[list-item]
