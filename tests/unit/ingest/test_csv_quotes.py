"""A quote that went astray is named by the line in which it opens; rows that two of them swallowed are noted."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportmetrics.ingest.readers import csv as reader
from reportmetrics.ingest.readers.base import UnreadableError
from reportmetrics.ingest.readers.csv_quotes import SWALLOWED
from reportmetrics.profile.sources import Options

HEADER = "id,place,kind,note\n"


def put(folder: Path, rows: dict[int, str], **options: str) -> tuple[Path, Options]:
    """A file of a thousand plain rows, some of which are others; the row n stands in line n."""
    path = folder / "a.csv"
    path.write_text(HEADER + "".join(rows.get(n, f"{n},x,call,\n") for n in range(2, 1002)), newline="")
    return path, Options(**options)


def refusal(path: Path, options: Options) -> str:
    with pytest.raises(UnreadableError) as why:
        reader.read_csv(path, options, [None])
    assert why.value.code == "broken_csv"
    return why.value.message


@pytest.mark.parametrize("spool", [False, True])
@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ({12: '12,"open,call,\n'}, 12),
        ({12: '12,"a ""b"" c",call,"open ""x""\n'}, 12),
        ({7: '7,"two\r\nlines",call,"three\n\nlines"\n', 12: '12,x,"open,\n'}, 15),
        ({7: '7,"one\nmore","open,\n'}, 8),
        ({1001: '1001,x,call,"\n'}, 1001),
        ({12: '12,x"y,call,"open\n'}, 12),
    ],
)
def test_a_quote_that_never_closes_is_named_where_it_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: dict[int, str], line: int, spool: bool
) -> None:
    if spool:
        monkeypatch.setattr(reader, "SPOOL_BYTES", 1)
    assert refusal(*put(tmp_path, rows)) == f"the quote that opens in line {line} never closes"


def test_other_marks_are_those_that_are_declared(tmp_path: Path) -> None:
    path, options = put(tmp_path, {12: "12;'it''s;\n"}, delimiter=";", quote="'")
    assert refusal(path, options) == "the quote that opens in line 12 never closes"


def test_a_quote_in_the_header_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('id,"place\n1,x\n')
    assert refusal(path, Options()) == "the quote that opens in line 1 never closes"


def test_text_after_a_quote_that_closes_another_cell_is_named_with_the_line_where_that_opens(tmp_path: Path) -> None:
    said = refusal(*put(tmp_path, {12: '12,"open,call,\n', 20: '20,"Mosul",call,\n'}))
    assert said == (
        "line 20 cannot be split into cells (',' expected after '\"'), and the quote of the cell opens in line 12"
    )
    assert refusal(*put(tmp_path, {12: '12,"x" y,call,\n'})).endswith("(',' expected after '\"')")


def test_a_cell_that_is_too_long_is_named_where_it_opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_LONGEST_CELL", 100)
    said = refusal(*put(tmp_path, {12: '12,"open,call,\n'}))
    assert said.startswith("line 21 cannot be split into cells (field larger than field limit (100))")
    assert said.endswith(", and the quote of the cell opens in line 12")


@pytest.mark.parametrize("read", [reader.read_quickly, reader.read_strictly])
@pytest.mark.parametrize(
    ("rows", "noted"),
    [
        ({}, False),
        ({12: '12,x,call,"two\nlines, with, commas"\n'}, False),
        ({12: '12,"Building 4, Camp Union III, Zone 2, Baghdad\nIraq, Asia, Earth",call,y\n'}, False),
        ({12: '12,x,call,"Building 4, Camp Union III\nZone 2, Baghdad, Iraq, Earth"\n'}, False),
        ({12: '12,x,call,"open\n', 15: '15,x,call,"\n'}, True),
        ({12: '12,"open,call,\n', 15: '15,x",call,y\n'}, True),
    ],
)
def test_rows_that_two_quotes_made_a_cell_of_are_noted(
    tmp_path: Path, read: object, rows: dict[int, str], noted: bool
) -> None:
    path, options = put(tmp_path, rows)
    assert callable(read)
    assert read(path, options).notes == ((f"{SWALLOWED} (first: row 12)",) if noted else ())
