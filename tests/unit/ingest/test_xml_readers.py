"""IATI results and XES event logs as text, and what no XML file may do."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from reportmetrics.ingest.readers.base import Sheet, UnreadableError
from reportmetrics.ingest.readers.registry import READERS
from reportmetrics.profile.sources import Options
from tests.conftest import SmallMission
from tests.unit.ingest.test_record_readers import read, refusal

IATI = """<?xml version="1.0" encoding="UTF-8"?>
<iati-activities version="2.03"><iati-activity><iati-identifier> AA-1 </iati-identifier>
<title><narrative>An activity</narrative></title>
<result type="2" aggregation-status="1">
 <title><narrative>Courts  that
 work</narrative><narrative xml:lang="fr">Des tribunaux</narrative></title>
 <reference vocabulary="99" code="R-7"/>
 <indicator measure="2" ascending="0">
  <title><narrative>Days to judgment</narrative></title>
  <reference vocabulary="99" code="I-1"/>
  <baseline year="2019" iso-date="2019-12-31" value="200"/>
  <baseline year="2019" value="180"><dimension name="sex" value="female"/></baseline>
  <period><period-start iso-date="2020-01-01"/><period-end iso-date="2020-12-31"/>
   <target value="150"/>
   <target value="140"><dimension name="sex" value="female"/></target>
   <actual value="170"><comment><narrative>Late</narrative></comment></actual>
   <actual value="165"><dimension name="sex" value="female"/></actual>
   <actual value="90"><dimension name="sex" value="female"/><dimension name="age" value="adult"/></actual>
  </period>
  <period><period-start iso-date="2021-01-01"/><period-end iso-date="2021-12-31"/>
   <target value="120"/>
   <actual value="130"/><actual value="131"/>
  </period>
 </indicator>
</result>
<result type="9"><title><narrative>Other</narrative></title>
 <indicator measure="5"><title><narrative>Told in words</narrative></title></indicator>
</result>
</iati-activity></iati-activities>
"""

RESULTS: dict[str, Any] = {
    "source": "results",
    "title": "Results",
    "sender": "donor",
    "files": "iati/*.xml",
    "reader": "iati",
    "table": "observation",
    "key": ["indicator_id", "observed_on", "evidence", "value"],
    "columns": {
        "indicator_id": {"value": "LO-1.1"},
        "objective_id": {"value": "LO-1"},
        "level": {"value": "outcome"},
        "observed_on": {"from": "period_end", "format": "%Y-%m-%d"},
        "value": "actual_value",
        "evidence": "dimensions",
    },
}

XES = """<?xml version="1.0"?>
<log xes.version="1849-2016" xmlns="http://www.xes-standard.org/">
 <global scope="event"><string key="lifecycle:transition" value="complete"/></global>
 <string key="concept:name" value="a log"/>
 <trace><string key="concept:name" value="C-1"/><string key="desk" value="north"/>
  <event><string key="concept:name" value="opened"/><date key="time:timestamp" value="2021-02-01T08:00:00.000+03:00"/>
   <list key="tags"><string key="tag" value="x"/></list></event>
  <event><string key="concept:name" value="decided"/><date key="time:timestamp" value="2021-02-05T08:00:00.000+03:00"/>
   <string key="lifecycle:transition" value="start"/></event>
 </trace>
 <trace><string key="concept:name" value="C-2"/><event><string key="concept:name" value="opened"/></event></trace>
</log>
"""


def columns(sheet: Sheet, *names: str) -> list[tuple[object, ...]]:
    return sheet.rows.select([f"c{sheet.header.index(n)}" for n in names]).rows()


def test_a_row_is_a_period_and_a_breakdown(tmp_path: Path) -> None:
    found = read(tmp_path / "a.xml", "iati", IATI)
    assert columns(found, "period_end", "dimensions", "baseline_value", "target_value", "actual_value") == [
        ("2020-12-31", None, "200", "150", "170"),
        ("2020-12-31", "sex=female", "180", "140", "165"),
        # No baseline and no target of that breakdown: none of the others may stand in.
        ("2020-12-31", "age=adult;sex=female", None, None, "90"),
        ("2021-12-31", None, "200", "120", "130"),
        ("2021-12-31", None, "200", None, "131"),
        (None, None, None, None, None),
    ]


def test_result_and_indicator_stand_on_each_row(tmp_path: Path) -> None:
    found = read(tmp_path / "a.xml", "iati", IATI)
    names = ("iati_identifier", "result_type", "result_level", "result_title", "indicator_title", "ascending")
    rows = columns(found, *names, "aggregation_status", "indicator_id")
    assert rows[0] == ("AA-1", "2", "outcome", "Courts that work", "Days to judgment", "0", "1", "AA-1/R-7/I-1")
    assert rows[-1] == ("AA-1", "9", "other", "Other", "Told in words", None, None, "AA-1/result 2/indicator 1")
    assert found.rows["source_row"].to_list() == [13, 14, 15, 20, 21, 27]


def activity(*results: str) -> str:
    inside = "<iati-activity><iati-identifier>GB-1</iati-identifier>" + "".join(results) + "</iati-activity>"
    return f'<iati-activities version="2.03">{inside}</iati-activities>'


def result(ref: str | None, *indicators: str) -> str:
    return f'<result type="2">{reference(ref)}{"".join(indicators)}</result>'


def indicator(ref: str | None, *values: str) -> str:
    told = "".join(f"<actual {value}</actual>" for value in values)
    return f'<indicator>{reference(ref)}<period><period-end iso-date="2021-03-31"/>{told}</period></indicator>'


def reference(code: str | None) -> str:
    return "" if code is None else f'<reference vocabulary="7" code="{code}"/>'


def test_indicators_that_share_a_reference_are_told_apart_and_named(tmp_path: Path) -> None:
    one = 'value="1">'
    content = activity(
        result("SDG-13", indicator(None, one), indicator("I1", one)),
        result("SDG-13", indicator(None, one), indicator("I2", one), indicator("I2", one)),
        result(None, indicator(None, one)),
        result("result 3", indicator(None, one)),
    )
    found = read(tmp_path / "a.xml", "iati", content)
    assert [name for (name,) in columns(found, "indicator_id")] == [
        "GB-1/SDG-13/indicator 1",
        "GB-1/SDG-13/I1",
        "GB-1/SDG-13 (2)/indicator 1",
        "GB-1/SDG-13/I2",  # known by its own reference, wherever the result stands
        "GB-1/SDG-13/I2 (2)",
        "GB-1/result 3/indicator 1",
        "GB-1/result 3 (2)/indicator 1",
    ]
    assert found.notes == (
        "references that several results or indicators share, told apart by their order in the file: "
        "GB-1/SDG-13 (2)/indicator 1, GB-1/SDG-13/I2 (2), GB-1/result 3 (2)/indicator 1",
    )
    assert read(tmp_path / "b.xml", "iati", IATI).notes == ()


def test_activities_of_one_identifier_have_no_indicator_in_common(tmp_path: Path) -> None:
    one = activity(result("R", indicator("I", 'value="1">')))
    twice = one.replace("</iati-activities>", "") + one.partition(">")[2]
    found = read(tmp_path / "a.xml", "iati", twice)
    assert columns(found, "indicator_id") == [("GB-1/R/I",), ("GB-1/R/I (2)",)]


def test_all_places_of_a_value_are_its_breakdown(tmp_path: Path) -> None:
    values = (
        'value="9">',
        'value="1"><location ref="C"/><location ref="A"/>',
        'value="2"><location ref="B"/><location ref="C"/><dimension name="sex" value="female"/>',
    )
    found = read(tmp_path / "a.xml", "iati", activity(result("R", indicator("I", *values))))
    assert columns(found, "actual_value", "dimensions", "location_ref", "breakdown") == [
        ("9", None, None, "total"),
        ("1", None, "A;C", "location=A;location=C"),
        ("2", "sex=female", "B;C", "sex=female;location=B;location=C"),
    ]


@pytest.mark.parametrize(
    ("mapping", "stored"),
    [
        ({"only": [{"from": "breakdown", "is": "total"}]}, [9.0]),
        (
            {
                "columns": {
                    "indicator_id": {"join": ["indicator_id", "breakdown"], "map": {"GB-1/R/I sex=male": "LO-1.1"}}
                }
            },
            [6.0],
        ),
    ],
    ids=["totals alone", "a part as an indicator of its own"],
)
def test_a_part_does_not_stand_for_the_whole(
    mission: SmallMission, mapping: dict[str, Any], stored: list[float]
) -> None:
    kept = {k: v for k, v in RESULTS.items() if k != "key"}
    mission.sources = [kept | mapping | {"columns": {**kept["columns"], **mapping.get("columns", {})}}]
    parts = [f'value="{n}"><dimension name="sex" value="{sex}"/>' for n, sex in ((3, "female"), (6, "male"))]
    mission.put("iati/a.xml", activity(result("R", indicator("I", 'value="9">', *parts))))
    [line] = mission.ingest().deliveries
    assert line.superseded == 0
    assert [value for (value,) in mission.ask("SELECT value FROM core.observation")] == stored


def test_files_of_the_first_version_are_refused(tmp_path: Path) -> None:
    why = refusal(tmp_path / "a", "iati", '<iati-activities version="1.05"/>')
    assert (why.code, "1.05" in why.message) == ("unknown_format", True)


def test_an_event_carries_its_case_and_what_the_log_gives_for_all(tmp_path: Path) -> None:
    found = read(tmp_path / "a.xes", "xes", XES)
    assert columns(found, "case:concept:name", "case:desk", "concept:name", "lifecycle:transition") == [
        ("C-1", "north", "opened", "complete"),
        ("C-1", "north", "decided", "start"),
        ("C-2", None, "opened", "complete"),
    ]
    assert columns(found, "time:timestamp")[1] == ("2021-02-05T08:00:00.000+03:00",)
    assert found.rows["source_row"].to_list() == [6, 8, 11]


LOG = {k: v for k, v in RESULTS.items() if k not in ("key", "columns", "table")} | {
    "files": "*.xes",
    "reader": "xes",
    "table": "request",
    "events": {
        "event": "concept:name",
        "time": {"from": "time:timestamp", "format": "%Y-%m-%dT%H:%M:%S.%f%z"},
        "means": {"opened": "raised_at"},
        "others": "drop",
    },
    "columns": {"request_id": "case:concept:name", "hq": {"value": "HQ"}},
}


def test_an_event_outside_of_a_trace_is_refused_with_its_row_and_what_to_do(mission: SmallMission) -> None:
    stray = '<event><string key="concept:name" value="opened"/></event></log>'
    mission.sources = [LOG]
    mission.put("a.xes", XES.replace("</log>", stray))
    [line] = mission.ingest().deliveries
    assert line.rows_read == line.accepted + line.rejected + line.superseded + line.filtered
    assert mission.ask("SELECT source_row, remedy FROM reject WHERE code = 'stray_event'") == [
        (12, "put the event into the trace of its record, and send the log again")
    ]


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(("reader", "whole", "root"), [("iati", IATI, "iati-activities"), ("xes", XES, "log")])
class TestRefusals:
    @pytest.mark.parametrize("declared", [BOMB, OUTSIDE, '<!DOCTYPE x SYSTEM "http://example.org/x.dtd">'])
    def test_document_types(self, tmp_path: Path, reader: str, whole: str, root: str, declared: str) -> None:
        content = declared + whole.partition("?>")[2].replace("north", "&b;").replace("An activity", "&a;")
        assert refusal(tmp_path / "a", reader, content).code == "forbidden_xml", root

    def test_files_cut_off(self, tmp_path: Path, reader: str, whole: str, root: str) -> None:
        why = refusal(tmp_path / "a", reader, whole[: len(whole) // 2])
        assert (why.code, "line" in why.message) == ("broken_xml", True), root

    def test_other_formats(self, tmp_path: Path, reader: str, whole: str, root: str) -> None:
        assert f"not <{root}>" in refusal(tmp_path / "a", reader, "<html></html>").message, whole
        assert refusal(tmp_path / "a", reader, "id,raised\nA,2021-01-01\n").code == "broken_xml"
        assert refusal(tmp_path / "a", reader, "").code == "empty_file"

    def test_elements_without_end(self, tmp_path: Path, reader: str, whole: str, root: str) -> None:
        assert refusal(tmp_path / "a", reader, f"<{root}>" + "<a>" * 1_000).code == "nested_value", whole

    def test_encodings_that_nobody_knows(self, tmp_path: Path, reader: str, whole: str, root: str) -> None:
        content = f'<?xml version="1.0" encoding="klingon"?><{root}/>'
        assert refusal(tmp_path / "a", reader, content).code in ("broken_xml", "wrong_encoding"), whole


@pytest.mark.parametrize("whole", [IATI, IATI.replace("\n", "")], ids=["as written", "on one line"])
def test_each_record_of_a_file_has_a_row_of_its_own(mission: SmallMission, whole: str) -> None:
    mission.sources = [RESULTS]
    mission.put("iati/a.xml", whole.replace('"130"', '"many"'))
    [line] = mission.ingest().deliveries
    assert (line.rows_read, line.accepted, line.rejected) == (6, 4, 2)
    # One fault is one reject, with the cell of its own record.
    assert mission.ask("SELECT code, column_name, raw FROM reject ORDER BY source_row") == [
        ("bad_number", "actual_value", "many"),
        ("missing", "period_end", None),
    ]
    stored = mission.ask("SELECT source_row FROM core.observation ORDER BY 1")
    assert stored == [(13,), (14,), (15,), (21,)] if "\n" in whole else [(1,), (2,), (3,), (5,)]


def test_memory_does_not_grow_with_what_is_not_read(tmp_path: Path) -> None:
    """Twenty megabytes of transactions around one result pass by."""
    transaction = (
        '<transaction><value currency="USD">1</value><description>' + "x" * 1_000 + "</description></transaction>"
    )
    result = IATI[IATI.index("<result") : IATI.index("</iati-activity>")]
    head = '<iati-activities version="2.03"><iati-activity><iati-identifier>AA-1</iati-identifier>'
    (tmp_path / "a").write_text(head + transaction * 20_000 + result + "</iati-activity></iati-activities>")
    tracemalloc.start()
    try:
        found = READERS["iati"](tmp_path / "a", Options(), [None])[None]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert not isinstance(found, UnreadableError)
    assert found.rows.height == 6
    assert peak < 2_000_000


def test_an_event_outside_of_a_trace_is_told_and_does_not_count(tmp_path: Path) -> None:
    stray = '<event><string key="concept:name" value="decided"/></event></log>'
    found = read(tmp_path / "a.xes", "xes", XES.replace("</log>", stray))
    assert found.rows.height == 4
    assert found.rows["row_fault"].to_list() == [None] * 3 + ["the event stands outside of a trace, so it is nobody's"]


FIRST = '<string key="desk" value="north"/>'


@pytest.mark.parametrize(
    ("again", "faults"),
    [
        ('<list key="tags">', [None, None, None]),
        (
            '<date key="time:timestamp" value="2021-02-03T08:00:00.000+03:00"/><list key="tags">',
            ["time:timestamp", None, None],
        ),
        (FIRST + '<string key="desk" value="south"/>', ["desk", "desk", None]),
        (FIRST + FIRST, [None, None, None]),
    ],
    ids=["within a list", "in an event", "in a case", "and says the same"],
)
def test_an_attribute_that_stands_twice_refuses_the_rows_it_is_of(
    tmp_path: Path, again: str, faults: list[str | None]
) -> None:
    content = XES.replace(FIRST if again.startswith(FIRST) else '<list key="tags">', again)
    content = content.replace(
        '<string key="tag" value="x"/>', '<string key="tag" value="x"/><string key="tag" value="y"/>'
    )
    found = read(tmp_path / "a.xes", "xes", content)
    assert found.rows["row_fault"].to_list() == [f and f"an attribute stands twice: '{f}'" for f in faults]


def test_an_attribute_of_all_events_that_stands_twice_refuses_the_log(tmp_path: Path) -> None:
    one = '<string key="lifecycle:transition" value="complete"/>'
    why = refusal(tmp_path / "a.xes", "xes", XES.replace(one, one + one.replace("complete", "start")))
    assert why.code == "duplicate_column"
    assert why.message == "the attribute 'lifecycle:transition' that the log gives for each event stands in it twice"


def test_an_event_of_two_times_is_a_refused_row(mission: SmallMission) -> None:
    mission.sources = [LOG]
    at = '<date key="time:timestamp" value="2021-02-01T08:00:00.000+03:00"/>'
    mission.put("a.xes", XES.replace(at, at + at.replace("02-01", "02-03")))
    mission.ingest()
    assert mission.ask("SELECT source_row, code, remedy FROM reject WHERE code = 'duplicate_column'") == [
        (6, "duplicate_column", "give each value a key of its own, and send the log again")
    ]
    assert mission.ask("SELECT * FROM core.request") == []
