"""The same permit applications as a log in which start and end of a case are events, as CSV and as XES."""

from __future__ import annotations

import csv
import datetime as dt
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

from tests.realdata.request_logs import latency

pytestmark = pytest.mark.realdata

HERE = Path(__file__).parent
HQ = "Municipality"
CASE = ("case:concept:name", "case:department", "case:deadline")
EVENT = ("concept:name", "time:timestamp", "org:resource")
Row = dict[str, str]


def cases(path: Path) -> Iterator[tuple[Row, list[Row]]]:
    """Each case, and its events with start and end among them; a case that is not closed has no end."""
    with path.open(encoding="utf-8", newline="") as file:
        rows: dict[str, list[Row]] = {}
        for row in csv.DictReader(file):
            rows.setdefault(row["case:concept:name"], []).append(row)
    for own in rows.values():
        first = own[0]
        ends = {"case opened": first["case:startdate"], "case closed": first["case:enddate"]}
        marks = [{"concept:name": n, "time:timestamp": t, "org:resource": ""} for n, t in ends.items() if t]
        yield {n: first[n] for n in CASE}, [*marks, *({n: r[n] for n in EVENT} for r in own)]


def write_csv(source: Path, target: Path) -> int:
    with target.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, [*CASE, *EVENT])
        out.writeheader()
        lines = [case | event for case, events in cases(source) for event in events]
        out.writerows(lines)
    return len(lines)


def write_xes(source: Path, target: Path) -> int:
    number = 0
    with target.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<log xmlns="http://www.xes-standard.org/">\n')
        for case, events in cases(source):
            file.write("<trace>" + "".join(_attribute(n.removeprefix("case:"), v) for n, v in case.items()))
            for event in events:
                number += 1
                file.write("<event>" + "".join(_attribute(n, v) for n, v in event.items()) + "</event>\n")
            file.write("</trace>\n")
        file.write("</log>\n")
    return number


def _attribute(key: str, value: str) -> str:
    kind = "date" if key in ("time:timestamp", "deadline") else "string"
    value = value.replace(" ", "T") if kind == "date" else value
    return f"<{kind} key={quoteattr(key)} value={quoteattr(value)}/>" if value else ""


@pytest.mark.parametrize("shape", ["log", "xes"])
def test_an_event_log_gives_the_figures_of_the_cases(realdata: Path, tmp_path: Path, shape: str) -> None:
    profile, landing = tmp_path / "profile", tmp_path / "landing"
    shutil.copytree(HERE / "profile", profile)
    (profile / "sources" / "cases.yaml").unlink()
    shutil.copy(HERE / "event_sources" / f"{shape}.yaml", profile / "sources")
    landing.mkdir()
    write = {"log": write_csv, "xes": write_xes}[shape]
    target = landing / ("log.csv" if shape == "log" else "log.xes")
    events = write(realdata / "receipt" / "receipt.csv", target)
    os.utime(target, (0, 0))
    summary, found = latency(profile, landing, tmp_path / "home", as_of=dt.date(2012, 1, 24))
    [line] = summary.deliveries
    # Steps of the desk do not count; each start and each end is an event of its own.
    closed = events - 8_577 - 1_434
    assert (line.rows_read, line.filtered) == (events, 8_577)
    assert (line.accepted, line.rejected, line.duplicate, line.superseded) == (1_434 + closed, 0, 0, 0)
    row = found.row("latency.time_to_decision", "median", hq=HQ)
    assert (row["n"], row["n_missing"]) == (1_434, 0)
    assert [row["value"], row["lower"], row["upper"]] == pytest.approx([52.50, 50.64, 53.70], abs=0.005)
    assert found.value("latency.time_to_decision", "events", hq=HQ) == 1_329
    states = {"on time": 952, "late": 377, "open, overdue": 39, "open, not due": 66}
    for state, number in states.items():
        assert found.value("latency.deadlines", "count", hq=HQ, due_state=state) == number
