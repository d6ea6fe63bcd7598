"""CSV and XLSX as text: numbering of rows, blanks, quotes, encodings, dates."""

from __future__ import annotations

import csv
import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from reportmetrics.ingest.readers.archived import read_archived
from reportmetrics.ingest.readers.base import Sheet, UnreadableError
from reportmetrics.ingest.readers.csv import read_csv
from reportmetrics.ingest.readers.xlsx import read_xlsx
from reportmetrics.profile.sources import Options, Source
from tests.conftest import REQUESTS, SmallMission


def sheet(found: dict[str | None, Sheet | UnreadableError], name: str | None = None) -> Sheet:
    one = found[name]
    assert isinstance(one, Sheet)
    return one


def csv_sheet(path: Path, content: str | bytes, **options: Any) -> Sheet:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return sheet(read_csv(path, Options.model_validate(options), [None]))


def test_rows_are_numbered_as_a_spreadsheet_does(tmp_path: Path) -> None:
    found = csv_sheet(tmp_path / "a.csv", 'a,b\n1,"x\ny"\n\n , \n2,z\n')
    assert found.header == ("a", "b")
    assert found.rows.rows() == [(2, "1", "x\ny", None), (5, "2", "z", None)]


def test_preamble_delimiter_and_encoding_are_declared(tmp_path: Path) -> None:
    content = "Extract of 3 May\n\nname;place\nÄnne;Erbil, north\n".encode("cp1252")
    found = csv_sheet(tmp_path / "a.csv", content, encoding="cp1252", delimiter=";", skip_rows=2)
    assert found.rows.rows() == [(4, "Änne", "Erbil, north", None)]


def test_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    assert csv_sheet(tmp_path / "a.csv", b"\xef\xbb\xbfid,b\r\n1,2\r\n").header == ("id", "b")


def test_blank_cells_right_of_the_header_are_no_fault(tmp_path: Path) -> None:
    assert csv_sheet(tmp_path / "a.csv", "a,b,,\n1,2,,\n3,4,,\n").rows["row_fault"].to_list() == [None, None]


def test_left_over_cells_are_named(tmp_path: Path) -> None:
    [fault] = csv_sheet(tmp_path / "a.csv", "a,b\n1,2,three\n").rows["row_fault"].to_list()
    assert fault == "the row has 3 cells, the header 2 (left over: three)"


@pytest.mark.parametrize(
    ("content", "encoding", "line"),
    [
        ("a;b\nx;Müller\ny;Erbīl\n".encode(), "cp1252", "line 2 holds 'Ã¼', which is 'ü' in UTF-8"),
        ("ä\n1\n".encode(), "latin-1", "line 1 holds 'Ã¤'"),
        (b"[{'a'}]\n", "cp1252", None),
        ("a\nMüller\n".encode("cp1252"), "cp1252", None),
        ("a\nMüller\n".encode() + "Größe\n".encode("cp1252"), "cp1252", None),
        ("a\nMüller\n".encode(), "utf-8", None),
    ],
)
def test_a_file_that_is_utf8_under_another_encoding_is_noted(
    tmp_path: Path, content: bytes, encoding: str, line: str | None
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    source = Source.model_validate({**REQUESTS, "options": {"encoding": encoding, "delimiter": ";"}})
    notes = sheet(read_archived(path, source, [None])).notes
    if line is None:
        assert notes == ()
    else:
        assert len(notes) == 1
        assert notes[0].startswith(line)
        assert "declare 'encoding: utf-8'" in notes[0]


def test_a_header_that_was_misread_says_so(mission: SmallMission) -> None:
    """The column is not missing: its name was read in the declared encoding, which the file does not have."""
    columns = {**REQUESTS["columns"], "raised_at": {"from": "geöffnet", "format": "%Y-%m-%d", "timezone": "UTC"}}
    mission.sources = [{**REQUESTS, "columns": columns, "options": {"encoding": "cp1252"}}]
    mission.put("requests/a.csv", "id,geöffnet,decided,outcome\nA,2021-02-01,,\n".encode())
    [line] = mission.ingest("2021-02-02").deliveries
    assert line.status == "unreadable"
    assert "column 'geöffnet' is missing" in str(line.message)
    assert "which is 'ö' in UTF-8: the file seems to be UTF-8; declare 'encoding: utf-8'" in str(line.message)


cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=("Cs",)), max_size=8)


@settings(deadline=None, max_examples=60)
@given(rows=st.lists(st.tuples(cells, cells), max_size=8))
def test_what_was_written_is_read(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows([("first", "second"), *rows])
    found = csv_sheet(tmp_path_factory.mktemp("csv") / "a.csv", buffer.getvalue())
    read = [(n, a or "", b or "") for n, a, b, _ in found.rows.rows()]
    assert read == [(n, *row) for n, row in enumerate(rows, start=2) if any(c and not c.isspace() for c in row)]


def write_book(path: Path, cells: dict[tuple[int, int], Any], **options: Any) -> None:
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd hh:mm", **options}) as book:
        log = book.add_worksheet("Log")
        for (row, column), value in cells.items():
            log.write(row, column, value)


def test_cells_of_a_workbook_are_text(tmp_path: Path) -> None:
    values = ["007", 3, 3.25, True, dt.datetime(2021, 11, 23), dt.datetime(2021, 11, 23, 10, 11, 12)]
    header = {(0, i): f"h{i}" for i in range(len(values))}
    write_book(tmp_path / "a.xlsx", header | {(1, i): v for i, v in enumerate(values)})
    found = sheet(read_xlsx(tmp_path / "a.xlsx", Options(), ["Log"]), "Log")
    assert found.rows.row(0)[1:-1] == ("007", "3", "3.25", "true", "2021-11-23 00:00:00", "2021-11-23 10:11:12")


def test_dates_of_the_1904_epoch(tmp_path: Path) -> None:
    write_book(tmp_path / "a.xlsx", {(0, 0): "day", (1, 0): dt.datetime(2021, 11, 23)}, date_1904=True)
    found = sheet(read_xlsx(tmp_path / "a.xlsx", Options(), ["Log"]), "Log")
    assert found.rows["c0"].to_list() == ["2021-11-23 00:00:00"]


def test_rows_of_a_workbook_keep_their_numbers(tmp_path: Path) -> None:
    write_book(tmp_path / "a.xlsx", {(2, 1): "a", (2, 2): "b", (3, 1): "x", (6, 2): "y", (7, 5): "stray"})
    found = sheet(read_xlsx(tmp_path / "a.xlsx", Options(skip_rows=2), ["Log"]), "Log")
    assert found.rows.select("source_row", "row_fault").rows()[:2] == [(4, None), (7, None)]
    assert found.rows["source_row"].to_list() == [4, 7, 8]
    assert "right of the header" in found.rows["row_fault"].to_list()[2]


@pytest.mark.parametrize(
    ("content", "declared", "said"),
    [
        ("id\nSão\n".encode("utf-8-sig"), "cp1252", "UTF-8"),
        ("skipped\nid\nSão\n".encode("utf-8-sig"), "latin-1", "UTF-8"),
        ("id\nA\n".encode("utf-16"), "utf-8", "UTF-16"),
        ("id\nA\n".encode("utf-32"), "utf-16", "UTF-32"),
    ],
)
def test_a_file_whose_first_bytes_name_another_encoding_is_refused(
    tmp_path: Path, content: bytes, declared: str, said: str
) -> None:
    with pytest.raises(UnreadableError) as caught:
        csv_sheet(tmp_path / "a.csv", content, encoding=declared)
    assert (caught.value.code, caught.value.message) == (
        "wrong_encoding",
        f"the file is {said}, as its first bytes say",
    )
    assert caught.value.remedy == f"save it as {declared}, or declare '{said.lower()}' in 'options'"


@pytest.mark.parametrize("alias", ["utf16", "UTF_16", "utf-32", "U8", "utf-8-sig"])
def test_an_encoding_may_be_declared_by_any_of_its_names(tmp_path: Path, alias: str) -> None:
    found = csv_sheet(tmp_path / "a.csv", "id\nSão\n".encode(alias), encoding=alias)
    assert (found.header, found.rows["c0"].to_list()) == (("id",), ["São"])
