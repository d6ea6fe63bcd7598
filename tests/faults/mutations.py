"""Sound files made bad in many ways: bytes changed, cut, cells replaced; the same ones each time.

Belongs here: changes. Not here: the files, and what has to come of them.
"""

from __future__ import annotations

import datetime as dt
import io
import random
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import polars as pl

Mutation = Callable[[random.Random, bytes], bytes]

ODD = [
    "", " ", "0", "-1", "-0", "1e999", "1e-320", "NaN", "inf", "9" * 400, str(2**63), str(2**127), "0.1", "1,5", "0x10",
    "2021-02-30", "0001-01-01", "9999-12-31", "2021-03-28 02:30", "10000-01-01", "\u0663", "\uff13", "true", "null",
    "\x00", "\x1b", "\ufeff", "\u202e", "\U0001f600", "\u00a0", "'", '"', "'; DROP TABLE ledger; --", "=1+1", "#REF!",
    "%s", "{}", "[1, 2]", "&x;", "<", "x" * 70_000, "\n", "\r", ",", ";", "A", "LO-2",
]  # fmt: skip
"""What a cell may hold that nobody thought of."""

PIECES = [
    b"",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b'"',
    b"<",
    b"&x;",
    b"]]>",
    b",,",
    b"\r",
    b"\n\n",
    b"}",
    b"[[",
    b"PK",
]

WORD = re.compile(rb"[^,;\"<>\r\n{}\[\]=]+")
"""Roughly a cell, a name or a tag of a file of text."""


def bytes_changed(chance: random.Random, data: bytes) -> bytes:
    """A few pieces changed, and sometimes the end cut off."""
    changed = bytearray(data)
    for _ in range(chance.randint(0, 4)):
        at = chance.randrange(len(data) + 1)
        piece = chance.choice([*PIECES, chance.randbytes(3)])
        changed[at : at + chance.randint(0, 6)] = piece
    return bytes(changed[: chance.randrange(len(changed) + 1)]) if chance.random() < 0.3 else bytes(changed)


def any_bytes(chance: random.Random, data: bytes) -> bytes:
    """Nothing of the file is left."""
    return chance.randbytes(chance.randrange(300))


def words_replaced(chance: random.Random, data: bytes) -> bytes:
    """Some cells, names or tags of a file of text are others."""
    found = list(WORD.finditer(data))
    for word in sorted(chance.sample(found, min(len(found), chance.randint(1, 3))), key=lambda w: -w.start()):
        other = chance.choice(found)[0] if chance.random() < 0.3 else chance.choice(ODD).encode()
        data = data[: word.start()] + other + data[word.end() :]
    return data


def lines_moved(chance: random.Random, data: bytes) -> bytes:
    """Lines left out, twice or elsewhere, also the header."""
    lines = data.splitlines(keepends=True)
    return b"".join(chance.choices(lines, k=len(lines)))


TEXT: list[Mutation] = [bytes_changed, any_bytes, words_replaced, words_replaced, words_replaced, lines_moved]
"""Of a file of text."""

_KINDS: list[pl.Series] = [
    pl.Series([None, None]),
    pl.Series([[1], [2, 3]]),
    pl.Series([{"a": 1}, {"a": None}]),
    pl.Series([b"\xff", b""]),
    pl.Series([Decimal("1.50"), Decimal("-0.01")]),
    pl.Series([float("nan"), float("-inf")]),
    pl.Series([2**64 - 1, 0], dtype=pl.UInt64),
    pl.Series([dt.time(9), None]),
    pl.Series([dt.timedelta(days=1), dt.timedelta(days=-1)]),
    pl.Series([dt.datetime(2021, 2, 1), dt.datetime(1, 1, 1)]),
    pl.Series([dt.datetime(2021, 2, 1), None]).dt.replace_time_zone("Asia/Baghdad"),
    pl.Series([dt.date(2021, 2, 1), dt.date(9999, 12, 31)]),
    pl.Series(["A", "B"], dtype=pl.Categorical),
    pl.Series([True, False]),
]
"""Columns of two rows of all kinds that Parquet has."""


def columns_replaced(chance: random.Random, data: bytes) -> bytes:
    """A Parquet file with a column of another kind, other texts, or another name."""
    frame = pl.read_parquet(io.BytesIO(data))
    name = chance.choice(frame.columns)
    what = chance.randrange(3)
    if what == 0:
        frame = frame.with_columns(chance.choice(_KINDS).alias(name))
    elif what == 1:
        frame = frame.with_columns(pl.Series(name, chance.choices(ODD, k=frame.height)))
    else:
        frame = frame.rename({name: chance.choice([o for o in ODD if o not in frame.columns])})
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


PARQUET: list[Mutation] = [bytes_changed, any_bytes, columns_replaced, columns_replaced, columns_replaced]

_CELLS: list[Any] = [
    None, True, 0, -1, 1.5, 10**20, 1e308, dt.datetime(1900, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59), dt.time(9),
    dt.date(2021, 3, 8), "=1/0", "=A1",
    *[o for o in ODD if not re.search("[\x00-\x08\x0b-\x1f]", o) and len(o) < 30_000],
]  # fmt: skip


def cells_replaced(chance: random.Random, data: bytes) -> bytes:
    """A workbook in which some cells are others, also in its headers; sometimes without a sheet or a row."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    for _ in range(chance.randint(1, 5)):
        sheet = chance.choice(book.worksheets)
        row, column = chance.randint(1, sheet.max_row + 1), chance.randint(1, sheet.max_column + 1)
        sheet.cell(row, column).value = chance.choice(_CELLS)
    if chance.random() < 0.15:
        chance.choice(book.worksheets).delete_rows(chance.randint(1, 3))
    if chance.random() < 0.15:
        chance.choice(book.worksheets).title = "Other"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


WORKBOOK: list[Mutation] = [bytes_changed, any_bytes, *[cells_replaced] * 6]


def mutated(whole: bytes, how: list[Mutation], count: int, seed: str) -> list[bytes]:
    """The file itself, and ``count`` bad ones made of it, the same each time."""
    chance = random.Random(seed)
    return [whole, *(chance.choice(how)(chance, whole) for _ in range(count))]
