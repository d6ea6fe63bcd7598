"""A cell that decides whether its row counts and has no usable value: the row is refused, neither dropped nor taken."""

from __future__ import annotations

import io
from typing import Any

import pytest
import xlsxwriter

from tests.conftest import REQUESTS, SmallMission
from tests.unit.ingest.test_shapes import GROUPS

BOOK: dict[str, Any] = {**REQUESTS, "reader": "xlsx", "files": "*.xlsx", "options": {"sheet": "Log"}}
WORDS = ["OK", "#N/A", "open", "", 12345678901234568, "#REF!"]


def put(mission: SmallMission, **more: Any) -> None:
    """A register of one row for each of ``WORDS``, which stand in the column state."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as made:
        sheet = made.add_worksheet("Log")
        sheet.write_row(0, 0, ["id", "raised", "decided", "outcome", "state"])
        for row, word in enumerate(WORDS, 1):
            sheet.write_row(row, 0, [f"R{row}", "2021-02-01", None, None])
            if str(word).startswith("#"):
                sheet.write_formula(row, 4, "=NA()", None, word)
            else:
                sheet.write(row, 4, word)
    mission.sources = [{**BOOK, **more}]
    mission.put("log.xlsx", buffer.getvalue())
    [delivery] = mission.ingest("2021-03-01").deliveries
    assert delivery.rows_read == len(WORDS)


def kept(mission: SmallMission) -> list[str]:
    return [r for (r,) in mission.ask("SELECT request_id FROM core.request ORDER BY 1")]


@pytest.mark.parametrize(
    ("condition", "taken"),
    [
        ({"only": [{"from": "state", "is": "open"}]}, ["R3"]),
        ({"drop": [{"from": "state", "is": "open"}]}, ["R1", "R4"]),
        ({"only": [{"from": "state", "matches": "[a-z]+"}]}, ["R3"]),
        ({"drop": [{"from": "id", "is": "R1", "and": [{"from": "state", "is": "OK"}]}]}, ["R3", "R4"]),
    ],
)
def test_a_word_that_is_asked_for_and_no_word_stands_there(
    mission: SmallMission, condition: dict[str, Any], taken: list[str]
) -> None:
    put(mission, **condition)
    assert kept(mission) == taken
    refused = mission.ask("SELECT source_row, code, column_name, message FROM reject ORDER BY 1")
    said = "it cannot be told whether the row counts: column 'state' holds '{}'"
    assert refused == [
        (row, "undecided_row", "state", said.format(word))
        for row, word in ((3, "#N/A"), (6, "12345678901234570"), (7, "#REF!"))
    ]


def test_whether_something_stands_there_can_be_told(mission: SmallMission) -> None:
    put(mission, drop=[{"from": "state", "blank": True}])
    assert kept(mission) == ["R1", "R2", "R3", "R5", "R6"]


def test_nothing_is_asked_and_nothing_is_refused(mission: SmallMission) -> None:
    put(mission)
    assert len(kept(mission)) == len(WORDS)


def test_an_event_that_cannot_be_read_is_not_left_out(mission: SmallMission) -> None:
    events = {
        "event": "state",
        "time": {"from": "raised", "format": "%Y-%m-%d"},
        "means": {"OK": "raised_at"},
        "others": "drop",
    }
    put(mission, events=events, columns={"request_id": "id", "hq": {"value": "HQ"}})
    assert kept(mission) == ["R1"]
    assert [r for (r,) in mission.ask("SELECT source_row FROM reject WHERE code = 'undecided_row' ORDER BY 1")] == [
        3,
        6,
        7,
    ]


def test_the_column_is_named_as_the_file_names_it_where_each_record_takes_another_one(mission: SmallMission) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as made:
        sheet = made.add_worksheet("Log")
        sheet.write_row(0, 0, ["id", "objective", "day", "kind_1", "count_1", "kind_2", "count_2"])
        sheet.write_row(1, 0, ["V1", "LO-1", "2021-02-01", "call", 3, "visit"])
        sheet.write_formula(1, 6, "=NA()", None, "#N/A")
    book = {"reader": "xlsx", "files": "*.xlsx", "options": {"sheet": "Log"}}
    mission.sources = [{**GROUPS, **book, "drop": [{"from": "count", "is": "0"}]}]
    mission.put("log.xlsx", buffer.getvalue())
    mission.ingest("2021-03-01")
    assert mission.ask("SELECT source_row, code, column_name, raw FROM reject") == [
        (2, "undecided_row", "count_2", "#N/A")
    ]
