"""Any file whatever through each reader: it is read or refused, never half stored, and the ledger balances."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reportmetrics.ingest.readers.base import Sheet, UnreadableError
from reportmetrics.ingest.readers.registry import READERS
from reportmetrics.profile.sources import Options
from tests.conftest import REQUESTS, SmallMission

RECORDS = [
    {"id": "A", "raised": "2021-02-01", "decided": None, "outcome": None},
    {"id": "B", "raised": "2021-02-02", "decided": "2021-02-09", "outcome": "OK"},
]
NAMES = list(RECORDS[0])


def _csv() -> bytes:
    lines = [",".join(NAMES), *(",".join(v or "" for v in r.values()) for r in RECORDS)]
    return "\n".join(lines).encode()


def _xlsx() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        log = book.add_worksheet("Log")
        for row, record in enumerate([dict(zip(NAMES, NAMES, strict=True)), *RECORDS]):
            for column, value in enumerate(record.values()):
                log.write(row, column, value or "")
    return buffer.getvalue()


def _parquet() -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(RECORDS).write_parquet(buffer)
    return buffer.getvalue()


def _xes() -> bytes:
    events = "".join(
        "<event>" + "".join(f'<string key="{k}" value="{v}"/>' for k, v in r.items() if v) + "</event>" for r in RECORDS
    )
    return f"<log><trace>{events}</trace></log>".encode()


IATI = b"""<iati-activities version="2.03"><iati-activity><iati-identifier>A</iati-identifier><result type="1">
<indicator><period><period-start iso-date="2021-02-01"/><period-end iso-date="2021-02-28"/><actual value="3"/></period>
</indicator></result></iati-activity></iati-activities>"""

WHOLE: dict[str, bytes] = {
    "csv": _csv(),
    "xlsx": _xlsx(),
    "json": json.dumps(RECORDS).encode(),
    "ndjson": "\n".join(map(json.dumps, RECORDS)).encode(),
    "parquet": _parquet(),
    "iati": IATI,
    "xes": _xes(),
}
"""A sound file of each format, with the two requests where the format can hold them."""


FORGED = {
    "csv": b'{"format": "reportmetrics kept cells 1"}\n',
    "xlsx": b'{"format": "reportmetrics kept cells 1"}\n{"sheet": "Log"}\n',
    "json": b'{"format": "reportmetrics kept cells 1"}\n{"sheet": null, "refused": 3}\n',
    "ndjson": b'{"format": "reportmetrics kept cells 1"}\nnothing\n',
    "parquet": b'{"format": "reportmetrics kept cells 1"}\n\xff\n',
    "iati": b'{"format": "reportmetrics kept cells 1"}\n{"sheet": null, "header": 1}\n[1]\n',
    "xes": b'{"format": "reportmetrics kept cells 1"}\n{"sheet": null, "header": ["a"], "left": 0}\n["x", {}]\n',
}
"""Files that start like what the archive keeps of a file from which rows were forgotten."""


def source(reader: str) -> dict[str, Any]:
    columns = dict(REQUESTS["columns"])
    if reader == "iati":
        columns |= {"request_id": "indicator_id", "raised_at": {**columns["raised_at"], "from": "period_start"}}
        columns |= {"decided_at": {**columns["decided_at"], "from": "period_end"}}
        del columns["outcome"]
    options = {"options": {"sheet": "Log"}} if reader == "xlsx" else {}
    return {**REQUESTS, **options, "source": reader, "reader": reader, "files": f"{reader}/*", "columns": columns}


@st.composite
def damaged(draw: Callable[..., Any], whole: bytes) -> bytes:
    """A sound file with a few pieces cut out, changed or put in."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(data)))
        piece = draw(
            st.one_of(st.binary(max_size=6), st.sampled_from([b'"', b"<", b"&x;", b"\x00", b",,", b"\xff\xfe"]))
        )
        data[at : at + draw(st.integers(0, 8))] = piece
    return bytes(data[: draw(st.one_of(st.none(), st.integers(0, len(data))))])


def files(reader: str) -> st.SearchStrategy[bytes]:
    return st.one_of(damaged(WHOLE[reader]), st.binary(max_size=200), st.text(max_size=100).map(str.encode))


@pytest.mark.parametrize("reader", READERS)
def test_a_reader_reads_or_refuses(reader: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    sheet = "Log" if reader == "xlsx" else None

    @settings(deadline=None, max_examples=80)
    @given(data=files(reader))
    @example(data=b"")
    @example(data=WHOLE[reader])
    def check(data: bytes) -> None:
        path.write_bytes(data)
        try:
            found = READERS[reader](path, Options(), [sheet])[sheet]
        except UnreadableError as why:
            found = why
        if isinstance(found, UnreadableError):
            assert found.code
            assert found.message
            assert found.remedy
            return
        assert isinstance(found, Sheet)
        rows = found.rows
        assert rows.columns == ["source_row", *(f"c{i}" for i in range(len(found.header))), "row_fault"]
        assert set(rows.dtypes) <= {pl.Int64(), pl.String()}
        assert rows["source_row"].null_count() == 0

    check()


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(contents=st.fixed_dictionaries({reader: files(reader) for reader in READERS}))
@example(contents=WHOLE)
@example(contents=FORGED)
def test_whatever_lands_is_stored_whole_or_not_at_all(
    tmp_path_factory: pytest.TempPathFactory, contents: dict[str, bytes]
) -> None:
    mission = SmallMission(tmp_path_factory.mktemp("any"), [source(reader) for reader in READERS])
    for reader, data in contents.items():
        mission.put(f"{reader}/file", data)
    # The books are checked while they are written; a run that does not end well leaves nothing.
    lines = mission.ingest("2021-03-01").deliveries
    assert {line.source for line in lines} == set(READERS)
    stored = dict(mission.ask("SELECT file_seq, count(*) FROM core.request GROUP BY file_seq"))
    refused = {seq for (seq,) in mission.ask("SELECT file_seq FROM reject WHERE source_row IS NULL")}
    for line in lines:
        parts = (line.accepted, line.rejected, line.duplicate, line.superseded, line.filtered)
        assert line.rows_read == sum(parts), line
        assert stored.get(line.file_seq, 0) == line.accepted, line
        assert (line.status == "unreadable") == (line.file_seq in refused), line
        assert line.status == "stored" or line.rows_read == 0, line
    if contents == FORGED:
        assert {line.status for line in lines} == {"unreadable"}
    if contents == WHOLE:
        read = {line.source: (line.status, line.rows_read, line.accepted + line.duplicate) for line in lines}
        assert read == {reader: ("stored", n, n) for reader in READERS for n in [1 if reader == "iati" else 2]}
    # And a second run finds nothing to do.
    assert mission.ingest("2021-03-02").deliveries == []
