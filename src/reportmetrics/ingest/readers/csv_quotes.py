"""Quotes of CSV that went astray: where the one opens that breaks a file, and rows that two of them made a cell of.

Belongs here: finding these places. Not here: splitting rows into cells (``csv``, ``csv_blocks``).
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from itertools import islice

import polars as pl

from reportmetrics.ingest.readers.base import UnreadableError

SWALLOWED = "a cell with line breaks holds what looks like whole rows, as it is where a quote is astray"
"""Note on a file; the first row with such a cell comes after."""

_END = "unexpected end of data"
_LEAST = 3


def broken(lines: Callable[[], Iterable[str]], delimiter: str, quote: str, error: str, number: int) -> UnreadableError:
    """The refusal of a file of which line ``number`` gave an ``error``: it names the line in which the quote opens.

    ``lines`` begins the file anew; it is read twice more, and never held.
    """
    said = f"line {number} cannot be split into cells ({error})"
    opened = _opened(lines, delimiter, quote, number)
    if opened is not None and error == _END:
        said = f"the quote that opens in line {opened} never closes"
    elif opened is not None and opened < number:
        said += f", and the quote of the cell opens in line {opened}"
    return UnreadableError(
        "broken_csv", said, "close the quotes there, or declare the delimiter and quote that the file uses"
    )


def _opened(lines: Callable[[], Iterable[str]], delimiter: str, quote: str, number: int) -> int | None:
    """The line in which the quote opens that was open, or closed, where the parser gave up."""
    reader = csv.reader(lines(), delimiter=delimiter, quotechar=quote, strict=True)
    done = 0
    try:
        for _ in reader:
            done = reader.line_num
    except csv.Error:
        pass
    opened, inside = None, False
    for at, line in enumerate(islice(lines(), done, number), start=done + 1):
        was = opened if inside else None
        place, inside = _open_at_end(line, delimiter, quote, inside=inside)
        opened = was if place is None else at
    return opened


def _open_at_end(line: str, delimiter: str, quote: str, *, inside: bool) -> tuple[int | None, bool]:
    """Where in a line the last quote opens, if one does there; and whether a cell is open at its end.

    The parser gives up at text after a closing quote: what comes later in the line is not looked at.
    """
    place, at = None, 0
    while True:
        if not inside:
            if line.startswith(quote, at):
                place, at, inside = at, at + 1, True
            elif (found := line.find(delimiter, at)) >= 0:
                at = found + 1
                continue
            else:
                return place, False
        close = line.find(quote, at)
        if close < 0:
            return place, True
        at = close + 1
        if line.startswith(quote, at):  # two stand for one
            at += 1
        elif line.startswith(delimiter, at):
            at, inside = at + 1, False
        else:
            return place, False


def first_swallowing(rows: pl.DataFrame, delimiter: str, width: int) -> int | None:
    """The first of ``rows`` (as ``Sheet.rows``) with a cell that reads as a rest of a row, whole rows, and a beginning.

    Each of its lines then has as many delimiters as that takes. Prose or an address may have some: fewer than three in
    all say nothing.
    """
    least = max(width - 1, _LEAST)
    found: list[int] = []
    cell = pl.col("cell")
    for place, name in enumerate(rows.columns[1:-1]):
        cells = rows.select("source_row", cell=name).filter(cell.str.contains("\n", literal=True))
        cells = cells.filter(cell.str.count_matches(delimiter, literal=True) >= least)  # else each would be split
        for row, text in cells.iter_rows():
            rest, *whole, beginning = (line.count(delimiter) for line in text.split("\n"))
            if rest == width - 1 - place and beginning == place and all(each == width - 1 for each in whole):
                found.append(row)
                break
    return min(found, default=None)
