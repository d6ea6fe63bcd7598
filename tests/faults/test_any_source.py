"""Many bad files of each kind of source in one run: read or refused, never half stored, and the ledger balances."""

from __future__ import annotations

import io
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from reportmetrics.ingest.ledger import Delivery
from tests.faults.mutations import PARQUET, TEXT, WORKBOOK, Mutation, mutated
from tests.faults.test_any_file import RECORDS
from tests.unit.ingest.test_events import APPROVED, LOG, RAISED, SEEN
from tests.unit.ingest.test_events import HEADER as EVENTS_HEADER
from tests.unit.ingest.test_shapes import ACTIVITY, GROUPS, SPLIT
from tests.unit.ingest.test_xml_readers import IATI, RESULTS, XES
from tests.unit.reporting import REPORTS, SENT, Reporting
from tests.unit.senders.desk import Desk, template

COUNT = 24
"""Bad files of each kind; of those with events, which are taken in one by one, a third."""

Ask = Callable[[str], list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Kind:
    """A source and a sound file of it; ``rows`` are read from that, for each of its tables."""

    source: dict[str, Any]
    whole: bytes
    rows: int
    how: list[Mutation] = field(default_factory=lambda: TEXT)


def parquet(records: list[dict[str, Any]]) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(records).write_parquet(buffer)
    return buffer.getvalue()


def register(reader: str) -> dict[str, Any]:
    """A register of requests."""
    columns = {
        "request_id": "id",
        "hq": {"value": "HQ"},
        "raised_at": {"from": "raised", "format": "%Y-%m-%d", "timezone": "UTC"},
        "decided_at": {"from": "decided", "format": "%Y-%m-%d", "timezone": "UTC"},
    }
    return {"title": "Log", "sender": "desk", "reader": reader, "table": "request", "columns": columns}


WIDE = {
    **ACTIVITY,
    "key": ["activity_id", "kind"],
    "unpivot": {"columns": "v_.*", "name_to": "what", "value_to": "many"},
    "columns": {**ACTIVITY["columns"], "kind": "what", "count": "many"},
}
XES_LOG = {
    **register("xes"),
    "events": {
        "event": "concept:name",
        "time": {"from": "time:timestamp", "format": "%Y-%m-%dT%H:%M:%S.%f%z"},
        "means": {"opened": "raised_at"},
        "others": "drop",
    },
    "columns": {"request_id": "case:concept:name", "hq": {"value": "HQ"}},
}
VISITS = [
    {"id": f"V{n}", "objectives": "LO-1; LO-2", "kind": "visit", "day": "2021-02-01", "count": n} for n in range(3)
]
GROUPED = b"id,objective,day,kind_1,count_1,kind_2,count_2\nV1,LO-1,2021-02-01,visit,3,call,0\n"

KINDS: dict[str, Kind] = {
    "events": Kind(LOG, (EVENTS_HEADER + RAISED + SEEN + APPROVED).encode(), 3),
    "unpivot": Kind(WIDE, b"id,objective,day,v_a,v_b\nV1,LO-1,2021-02-01,0,1\nV2,LO-2,2021-02-02,5,\n", 3),
    "explode": Kind({**SPLIT, "reader": "json"}, json.dumps(VISITS).encode(), 6),
    "groups": Kind(GROUPS, GROUPED, 2),
    "facts": Kind(REPORTS, SENT.encode(), 8),
    "ndjson": Kind(register("ndjson"), "\n".join(map(json.dumps, RECORDS)).encode(), 2),
    "parquet": Kind(register("parquet"), parquet(RECORDS), 2, PARQUET),
    "iati": Kind(RESULTS, IATI.encode(), 6),
    "xes": Kind(XES_LOG, XES.encode(), 3),
}


def balanced(lines: Iterable[Delivery], ask: Ask) -> None:
    """Each row has one verdict, what was accepted is stored, and nothing of a file or sheet that was refused."""
    refused = set(ask("SELECT file_seq, table_name FROM reject WHERE source_row IS NULL"))
    stored: dict[str, dict[int, int]] = {}
    for line in lines:
        if line.table_name not in stored:
            stored[line.table_name] = dict(ask(f"SELECT file_seq, count(*) FROM core.{line.table_name} GROUP BY 1"))
        parts = (line.accepted, line.rejected, line.duplicate, line.superseded, line.filtered)
        assert line.rows_read == sum(parts), line
        assert stored[line.table_name].get(line.file_seq, 0) == line.accepted, line
        assert (line.status == "unreadable") == ((line.file_seq, line.table_name) in refused), line
        assert line.status == "stored" or line.rows_read == 0, line
    assert ask("SELECT * FROM reject WHERE coalesce(message, '') = '' OR coalesce(remedy, '') = ''") == []


@pytest.mark.parametrize("kind", KINDS)
def test_bad_files_of_a_source_are_stored_whole_or_not_at_all(kind: str, tmp_path: Path) -> None:
    given = KINDS[kind]
    mission = Reporting(tmp_path, [{**given.source, "source": "any", "files": "any/*.csv"}])
    contents = mutated(given.whole, given.how, COUNT // 3 if "events" in given.source else COUNT, kind)
    for number, data in enumerate(contents):
        mission.put(f"any/U-1_{number:03}.csv", data)
    summary = mission.ingest("2021-03-01")
    balanced(summary.deliveries, mission.ask)
    assert {line.status for line in summary.deliveries} == {"stored", "unreadable"}
    assert [d.rows_read for d in summary.deliveries if d.original_name.endswith("U-1_000.csv")] == [given.rows]
    taken = Counter(d.original_name for d in summary.deliveries)
    assert len(taken) + summary.unchanged == len(contents)
    assert mission.ingest("2021-03-02").deliveries == []


NAMES = [
    b"U-1_a.csv", b"U-9_a.csv", b"U-1.csv", b"nothing.csv", b"U-1_'; DROP TABLE ledger; --.csv", b"U-1_%s{}.csv",
    b"U-1_\xff.csv", b"U-1_\n.csv", b"U-1_\xd8\xa8.csv", b"U-1_\xe2\x80\xae.csv", b"U-\xd9\xa1_a.csv", b"U-1_.csv.csv",
    b"U-1_" + b"x" * 247 + b".csv", b"U-1_[a]*?.csv", b"-U-1_a.csv", b" U-1_a.csv", b"U-1_a.csv ",
    b"U-1_\x1b[31m.csv",
]  # fmt: skip


def test_any_name_of_a_file_is_taken_in_or_refused(tmp_path: Path) -> None:
    mission = Reporting(tmp_path, [{**REPORTS, "files": "weekly/*"}])
    for number, name in enumerate(NAMES):
        mission.put(f"weekly/{os.fsdecode(name)}", SENT.replace("R", f"R{number}-"))
    summary = mission.ingest("2021-03-01")
    balanced(summary.deliveries, mission.ask)
    assert {line.status for line in summary.deliveries} == {"stored", "unreadable"}
    assert (len(summary.deliveries), len(summary.stuck)) == (len(NAMES) - 1, 1), "one is not UTF-8"
    assert mission.ingest("2021-03-02").deliveries == []


def test_bad_entry_forms_are_stored_whole_or_not_at_all(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    path, _ = desk.form(template("MAS"), "U-03")
    book = openpyxl.load_workbook(path)
    book["Report"]["H2"] = "2021-03-10 09:30"
    for row in range(2, book["Answers"].max_row + 1):
        book["Answers"][f"F{row}"] = row
    book.save(path)
    contents = mutated(path.read_bytes(), WORKBOOK, COUNT, "forms")
    for number, data in enumerate(contents):
        target = desk.settings.landing / f"forms/{number:03}.xlsx"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        os.utime(target, (0, 0))
    lines = desk.ingest()
    balanced(lines, desk.ask)
    assert {line.status for line in lines} == {"stored", "unreadable"}
    assert desk.ingest() == []
