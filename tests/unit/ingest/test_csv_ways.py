"""The quick and the strict way through a CSV file make the same rows, whatever the file holds."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportmetrics.ingest.readers import csv as reader
from reportmetrics.ingest.readers import csv_blocks
from reportmetrics.ingest.readers.base import Sheet, Spool, UnreadableError
from reportmetrics.profile.sources import Options
from tests.conftest import SmallMission

CELLS = st.sampled_from(
    [
        "",
        " ",
        "1",
        "x y",
        " x",
        "x ",
        "ä",
        "\u00a0",
        "\x1c",
        'say "so"',
        "two\nlines",
        "two\r\nlines",
        "a,b",
        "\t",
        "0;1",
        "x\n1,2,3,4\n5",
    ]
)
LINE_ENDS = st.sampled_from(["\n", "\r\n"])


@st.composite
def tidy_files(draw: st.DrawFn) -> str:
    """What a program writes: quotes where they are needed, now and then a blank line or a ragged row."""
    width = draw(st.integers(1, 4))
    text = io.StringIO()
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    end = draw(LINE_ENDS)
    writer = csv.writer(text, lineterminator=end, quoting=quoting)
    writer.writerow([f"n{i}" for i in range(width)])
    for _ in range(draw(st.integers(0, 12))):
        odd = draw(st.integers(0, 24))
        if odd == 0:
            text.write(end)
        cells = draw(st.lists(CELLS, min_size=width, max_size=width))
        writer.writerow(cells[:-1] if odd == 1 else [*cells, "more"] if odd == 2 else cells)
    whole = text.getvalue()
    return whole.removesuffix(end) if draw(st.booleans()) else whole + end * draw(st.integers(0, 2))


ROUGH_FILES = st.text(st.sampled_from(list('ab ",;\n\r\t\0ä')), max_size=40).map(lambda t: f"a,b\n{t}")


def outcome(path: Path, read: object) -> object:
    """Rows, or the reason why there are none."""
    assert callable(read)
    try:
        sheet = read(path)
    except UnreadableError as why:
        return why.code, why.message
    assert isinstance(sheet, Sheet)
    return sheet.header, sheet.rows.rows(), sheet.notes


def both_ways(content: str, block_bytes: int) -> tuple[object, object]:
    options = Options()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        patched.setattr(csv_blocks, "BLOCK_BYTES", block_bytes)
        path = Path(folder) / "a.csv"
        path.write_bytes(content.encode())
        as_used = outcome(path, lambda p: reader.read_csv(p, options, [None])[None])
        return as_used, outcome(path, lambda p: reader.read_strictly(p, options))


@settings(max_examples=300, deadline=None)
@given(content=tidy_files(), block_bytes=st.sampled_from([7, 40, 1_000_000]))
def test_tidy_files_read_the_same(content: str, block_bytes: int) -> None:
    quick, strict = both_ways(content, block_bytes)
    assert quick == strict


@settings(max_examples=300, deadline=None)
@given(content=ROUGH_FILES, block_bytes=st.sampled_from([5, 1_000_000]))
def test_rough_files_read_the_same(content: str, block_bytes: int) -> None:
    quick, strict = both_ways(content, block_bytes)
    assert quick == strict


def test_ordinary_files_do_take_the_quick_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the two ways would agree because there is one."""
    monkeypatch.setattr(reader, "_frames", None)
    path = tmp_path / "a.csv"
    path.write_text('a,b\r\n1,"x, ""y""\nz"\r\n , \r\n2,\r\n\r\n', newline="")
    sheet = reader.read_quickly(path, Options())
    assert sheet.rows.rows() == [(2, "1", 'x, "y"\nz', None), (4, "2", None, None)]
    assert not sheet.bare


@pytest.mark.parametrize(("cell", "bare"), [("x y", True), ("x ", False), ("\u00a0x", False), ("\tx", False)])
def test_blanks_at_the_ends_of_cells_are_noticed(tmp_path: Path, cell: str, bare: bool) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"a,b\n1,{cell}\n", encoding="utf-8")
    assert reader.read_quickly(path, Options()).bare is bare


def test_large_files_are_spooled_and_read_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" + "".join(f"{i},x{i}\n" for i in range(500)) + "501\n" + "\n", encoding="cp1252")
    options = Options(encoding="cp1252")
    held = reader.read_quickly(path, options)
    monkeypatch.setattr(reader, "SPOOL_BYTES", 1)
    monkeypatch.setattr(csv_blocks, "BLOCK_BYTES", 1_000)
    spooled = reader.read_quickly(path, options)
    assert isinstance(spooled.held, Spool)
    assert len(spooled.held.paths) > 3
    assert spooled.rows.equals(held.rows)
    assert spooled.numbered(7).rows() == [(7, "5", "x5", None)]
    assert isinstance(held.held, pl.DataFrame)
    strict = reader.read_strictly(path, options)
    assert strict.rows.equals(held.rows)


def test_spooled_rows_are_stored_as_held_ones_are(mission: SmallMission, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f"R{i % 400},2021-02-{i % 31 + 1:02},,{'OK' if i % 7 else '?'}\n" for i in range(900))
    spooling = mission.elsewhere("spooling")
    for each in (mission, spooling):
        each.put("requests/a.csv", f"id,raised,decided,outcome\n{rows}")
    mission.ingest("2021-03-01")
    monkeypatch.setattr(reader, "SPOOL_BYTES", 1)
    monkeypatch.setattr(csv_blocks, "BLOCK_BYTES", 2_000)
    [line] = spooling.ingest("2021-03-01").deliveries
    assert line.rows_read == 900
    for table in ("core.request", "reject", "ledger"):
        everything = f"SELECT * FROM {table} ORDER BY ALL"
        assert spooling.ask(everything) == mission.ask(everything), table
