"""The quick way through a CSV file: regular blocks of bytes are parsed in bulk, others are left to the strict reader.

A block ends where a record ends. It is *regular* when all its quotes open and close cells, no line is blank, no
carriage return stands alone, and every record has as many cells as the header: of such a block any parser makes the
same cells, so it goes to one that is fast. A property test compares both ways over generated files.

Belongs here: telling regular blocks from others, and parsing those. Not here: what to do with the others (``csv``).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import polars as pl

from reportmetrics.ingest.chunks import constant_columns, counted_column
from reportmetrics.ingest.readers.base import sheet_schema
from reportmetrics.ingest.text import BLANKS, COMPOSED

BLOCK_BYTES = 8 * 1024 * 1024
"""Small enough that the memory of one block is used again for the next."""
_LINE_FEED, _RETURN, _SPACE, _TAB = 10, 13, 32, 9
_OUTER = sorted(blank.encode() for blank in BLANKS if not blank.isascii())
_BEGINNINGS = sorted({blank[:2] for blank in _OUTER})
"""Blanks beyond ASCII that do not count at the ends of a cell, and how they begin; see ``text``."""
_MARKS = re.compile(f"[{COMPOSED}]")
_MARK_LEADS = (b"\xcc", b"\xcd", b"\xd9")

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]
_PART_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Block:
    """What is known of a block of whole records.

    ``regular`` is false where a parser in bulk might differ from the strict one; ``bare`` is true when no cell can have
    blanks at its ends; ``quoted`` when there are quotes; ``breaks`` when there may be line breaks within cells.
    """

    records: int
    regular: bool
    bare: bool
    quoted: bool
    breaks: bool


class QuotesError(Exception):
    """Quotes do not open and close cells: where records end cannot be told in bulk."""


def blocks(file: BinaryIO, start: int, delimiter: str, quote: str, width: int) -> Iterator[tuple[bytes, Block]]:
    """Cut a UTF-8 ``file`` from byte ``start`` into blocks of whole records. Raises ``QuotesError``.

    ``delimiter`` and ``quote`` are ASCII characters, ``width`` is the number of cells that a record should have.
    """
    split, mark = ord(delimiter), ord(quote)
    wanted = BLOCK_BYTES
    while True:
        file.seek(start)
        data = file.read(wanted)
        last = len(data) < wanted
        data = data.rstrip(b"\r\n") if last else data
        if not data:
            return
        block = np.frombuffer(data, dtype=np.uint8)
        inside = _quoted(data, block, split, mark, last=last)
        ends = feeds = _places(block, _LINE_FEED)
        if inside is not None:
            ends = feeds[inside[feeds] == 0]
        if not last and not len(ends):
            wanted *= 4
            continue
        stop = len(block) if last else int(ends[-1]) + 1
        data, block, inside = data[:stop], block[:stop], None if inside is None else inside[:stop]
        records = len(ends) + (not len(ends) or int(ends[-1]) + 1 < stop)
        regular = _is_regular(data, block, inside, ends, split, width)
        bare = _is_bare(data, block, split, mark)
        yield data, Block(records, regular, bare, quoted=inside is not None, breaks=len(ends) < len(feeds))
        if last:
            return
        start, wanted = start + stop, BLOCK_BYTES


def _parts(block: Bytes) -> Iterator[tuple[int, Bytes]]:
    """Parts of a block that stay in the processor's cache while they are looked at, each with its place."""
    for at in range(0, len(block), _PART_BYTES):
        yield at, block[at : at + _PART_BYTES]


def _places(block: Bytes, *wanted: int) -> Places:
    """Where any of some bytes stands."""
    found = [
        np.flatnonzero(functools.reduce(np.logical_or, [part == w for w in wanted])) + at for at, part in _parts(block)
    ]
    return np.concatenate(found)


def _quoted(data: bytes, block: Bytes, delimiter: int, quote: int, *, last: bool) -> Bytes | None:
    """1 where a byte is inside quotes (the opening quote included), else 0; None when there is no quote at all."""
    if quote not in data:
        return None
    marks = block == quote
    places = _places(block, quote)
    inside: Bytes = np.bitwise_xor.accumulate(marks.view(np.uint8))
    opening, closing = places[::2], places[1::2]
    before = block[opening[opening > 0] - 1]
    after = block[closing[closing < len(block) - 1] + 1]
    # A doubled quote closes and opens again at once.
    sound = (quote, delimiter, _LINE_FEED)
    if not (np.isin(before, sound).all() and np.isin(after, (*sound, _RETURN)).all()):
        raise QuotesError
    if last and len(places) % 2:
        raise QuotesError
    return inside


def _is_regular(data: bytes, block: Bytes, inside: Bytes | None, ends: Places, delimiter: int, width: int) -> bool:
    """Whether lines are filled, carriage returns end lines, and there are delimiters for ``width`` cells a record.

    The total of delimiters suffices: a record that has too many makes the parser stop, so none can have too few.
    """
    if width < 2 or 0 in data:
        return False
    if _RETURN in data:
        returns = _places(block, _RETURN)
        if returns[-1] + 1 == len(block) or (block[returns + 1] != _LINE_FEED).any():
            return False
    starts = np.concatenate(([0], ends + 1))
    starts = starts[starts < len(block)]
    first = block[starts]
    if ((first == _LINE_FEED) | (first == _RETURN)).any():
        return False
    delimiters = 0
    for at, part in _parts(block):
        found = part == delimiter
        if inside is not None:
            found &= inside[at : at + len(part)] == 0
        delimiters += int(np.count_nonzero(found))
    return delimiters == (width - 1) * len(starts)


def _is_bare(data: bytes, block: Bytes, delimiter: int, quote: int) -> bool:
    if not data.isascii():
        if any(lead in data for lead in _BEGINNINGS) and any(blank in data for blank in _OUTER):
            return False
        if any(lead in data for lead in _MARK_LEADS) and _MARKS.search(data.decode(errors="replace")):
            return False
    blank = _places(block, _SPACE, _TAB)
    if not len(blank):
        return True
    if blank[0] == 0 or blank[-1] == len(block) - 1:
        return False
    edge = np.zeros(256, dtype=np.bool_)
    edge[[delimiter, _LINE_FEED, _RETURN, quote]] = True
    return not (edge[block[blank - 1]].any() or edge[block[blank + 1]].any())


def parse(data: bytes, block: Block, delimiter: str, quote: str, width: int) -> pl.DataFrame | None:
    """Cells of a regular block; None when the parser, after all, does not agree with the count of records."""
    cells = _cells(width)
    try:
        rows = pl.read_csv(
            data,
            has_header=False,
            schema=dict.fromkeys(cells, pl.String()),
            separator=delimiter,
            quote_char=quote if block.quoted else None,
            extra_columns="raise",
        )
    except pl.exceptions.PolarsError:
        return None
    if rows.height != block.records:
        return None
    if block.quoted:
        rows = rows.with_columns(pl.when(pl.col(cells) != "").then(pl.col(cells)).name.keep())
    return rows


def numbered(cells: pl.DataFrame, first: int) -> pl.DataFrame:
    """Rows as ``Sheet.rows``, without those that have no entry. ``first`` is the number of the first of ``cells``."""
    filled = _filled(cells, cells.columns)
    rows = cells.hstack([counted_column(cells, "source_row", first), *constant_columns(cells, {"row_fault": None})])
    rows = rows.select(list(sheet_schema(cells.width)))
    return rows if filled is None else rows.filter(filled)


def _cells(width: int) -> list[str]:
    return [name for name in sheet_schema(width) if name not in ("source_row", "row_fault")]


_BLANK = r"^[\s\x1c-\x1f]*$"


def _filled(rows: pl.DataFrame, cells: list[str]) -> pl.Expr | None:
    """Which rows have any entry; None when all have. Few begin with a blank cell, so that one decides where it can."""
    first = pl.col(cells[0])
    if not rows.select((first.is_null() | first.str.contains(_BLANK)).any()).item():
        return None
    return pl.any_horizontal(pl.col(c).is_not_null() & ~pl.col(c).str.contains(_BLANK) for c in cells).fill_null(
        value=False
    )
