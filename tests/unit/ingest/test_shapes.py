"""Rows to records: split cells, numbered groups of columns, and rows that are left out and counted."""

from __future__ import annotations

from typing import Any

import pytest

from reportmetrics.profile.source_rules import source_problems
from reportmetrics.profile.sources import Source
from reportmetrics.warehouse.notes import UNKNOWN_COLUMNS, naming
from tests.conftest import REQUESTS, SmallMission

ACTIVITY: dict[str, Any] = {
    "source": "visits",
    "title": "Visits",
    "sender": "desk",
    "files": "visits/*.csv",
    "reader": "csv",
    "table": "activity",
    "key": ["activity_id", "objective_id"],
    "columns": {
        "activity_id": "id",
        "objective_id": "objective",
        "kind": "kind",
        "status": {"value": "held"},
        "occurred_on": {"from": "day", "format": "%Y-%m-%d"},
        "count": "count",
    },
}
SPLIT = {**ACTIVITY, "explode": {"from": ["objectives", "Objectives"], "separator": [";", "/"], "to": "objective"}}
GROUPS = {
    **ACTIVITY,
    "key": ["activity_id", "kind"],
    "explode": {"columns": r"(?P<name>kind|count)_(?P<number>\d+)", "number_to": "nr"},
    "columns": {**ACTIVITY["columns"], "place": "nr"},
}
READ = ("rows_read", "accepted", "rejected", "duplicate", "superseded", "filtered")


def sent(mission: SmallMission, source: dict[str, Any], content: str) -> tuple[int, ...]:
    mission.sources = [source]
    mission.put(source["files"].replace("*", "a"), content)
    [line] = mission.ingest().deliveries
    assert line.status == "stored", line.message
    return tuple(getattr(line, n) for n in READ)


def test_a_cell_with_separators_is_several_records(mission: SmallMission) -> None:
    content = "id,Objectives,kind,day,count\nV1,LO-1; LO-2 ;,call,2021-02-01,3\nV2,LO-2/LO-1,visit,2021-02-02,0\n"
    assert sent(mission, SPLIT, content) == (4, 4, 0, 0, 0, 0)
    assert mission.ask("SELECT activity_id, objective_id, count, source_row FROM core.activity ORDER BY 1, 2") == [
        ("V1", "LO-1", 3, 2),
        ("V1", "LO-2", 3, 2),
        ("V2", "LO-1", 0, 3),
        ("V2", "LO-2", 0, 3),
    ]
    assert mission.ask("SELECT count(DISTINCT row_key) FROM core.activity") == [(4,)]


def test_an_alias_that_is_left_over_is_noted(mission: SmallMission) -> None:
    """Its cells are used by nobody, as those of a column that the mapping does not know."""
    columns = {
        **SPLIT["columns"],
        "kind": {"from": ["kind", "Kind"]},
        "place": {"from": ["where", "Where"], "optional": True},
    }
    mission.sources = [
        {**SPLIT, "columns": columns, "drop": [{"from": ["n/a", "Where"], "is": "none"}], "ignore": ["Day"]}
    ]
    mission.put("visits/a.csv", "id,Objectives,objectives,kind,Kind,day,Day,count,where,Where\n"
                "V1,LO-1,LO-2,call,visit,2021-02-01,x,3,a,b\n")  # fmt: skip
    [line] = mission.ingest().deliveries
    assert line.message == naming(UNKNOWN_COLUMNS, "Objectives, Kind")
    assert mission.ask("SELECT objective_id, kind FROM core.activity") == [("LO-2", "call")]


def test_a_part_that_is_wrong_is_rejected_alone_and_named(mission: SmallMission) -> None:
    content = "id,objectives,kind,day,count\nV1,LO-1;LO-9,call,2021-02-01,3\nV2,,call,2021-02-01,3\n"
    assert sent(mission, SPLIT, content) == (3, 1, 2, 0, 0, 0)
    assert mission.ask("SELECT source_row, column_name, code, raw FROM reject ORDER BY ALL") == [
        (2, "objectives", "unknown_id", "LO-9"),
        (3, "objectives", "missing", None),
    ]


def test_a_part_that_repeats_is_a_duplicate(mission: SmallMission) -> None:
    content = "id,objectives,kind,day,count\nV1,LO-1;LO-1,call,2021-02-01,3\n"
    assert sent(mission, SPLIT, content) == (2, 1, 0, 1, 0, 0)


def test_a_column_that_a_group_lacks_is_named_as_it_should_be_called(mission: SmallMission) -> None:
    content = "id,objective,day,kind_1,count_1,kind_2,count_2,count_3\nV1,LO-1,2021-02-01,call,3,visit,1,4\n"
    assert sent(mission, GROUPS, content) == (3, 2, 1, 0, 0, 0)
    asked = "SELECT source_row, column_name, code, raw FROM reject"
    assert mission.ask(asked) == [(2, "kind_3", "missing", None)]


def test_a_column_of_a_name_that_is_hardly_alike_is_not_offered(mission: SmallMission) -> None:
    mission.sources = [ACTIVITY]
    mission.put(ACTIVITY["files"].replace("*", "a"), "id,objective,day,count\nV1,LO-1,2021-02-01,3\n")
    [line] = mission.ingest().deliveries
    assert line.message is not None
    assert "column 'kind' is missing (there are: id, objective, day, count)" in line.message
    assert "meant" not in line.message


def test_numbered_groups_of_columns_are_records(mission: SmallMission) -> None:
    head = "id,objective,day,kind_1,count_1,kind_2,count_2,kind_3\n"
    content = (
        head + "V1,LO-1,2021-02-01,call,3,visit,0,\nV2,LO-1,2021-02-01,call,x,,,training\nV3,LO-1,2021-02-01,,,,,\n"
    )
    # The blank groups of V1 and V2 are no records; V3 has none at all.
    assert sent(mission, GROUPS, content) == (4, 3, 1, 0, 0, 0)
    assert mission.ask("SELECT activity_id, kind, count, place FROM core.activity ORDER BY 1, 4") == [
        ("V1", "call", 3, "1"),
        ("V1", "visit", 0, "2"),
        ("V2", "training", None, "3"),
    ]
    # The column is named as the file names it.
    assert mission.ask("SELECT source_row, column_name, code, raw FROM reject") == [(3, "count_1", "bad_integer", "x")]


REGISTER = "id,raised,decided,outcome,desk\n"


@pytest.mark.parametrize(
    ("conditions", "kept"),
    [
        ({"only": [{"from": "desk", "is": "north"}]}, ["A"]),
        ({"only": [{"from": "desk", "is": ["north", "south"], "ignore_case": True}]}, ["A", "B"]),
        ({"drop": [{"from": "desk", "matches": "t.*"}]}, ["A", "B", "D"]),
        (
            {"drop": [{"from": "desk", "matches": "T.*", "ignore_case": True}, {"from": "desk", "blank": True}]},
            ["A", "B"],
        ),
        ({"only": [{"from": ["Desk", "desk"], "blank": False}], "drop": [{"from": "id", "is": "B"}]}, ["A", "C"]),
        ({"only": [{"from": "id", "is": "X"}]}, []),
        ({"drop": [{"from": "desk", "blank": False, "and": [{"from": "id", "is": ["A", "D"]}]}]}, ["B", "C", "D"]),
        ({"only": [{"from": "desk", "blank": False, "and": [{"from": "id", "is": ["A", "D"]}]}]}, ["A"]),
    ],
)
def test_rows_left_out_are_counted(mission: SmallMission, conditions: dict[str, Any], kept: list[str]) -> None:
    rows = "A,2021-02-01,,,north\nB,2021-02-01,,, South \nC,2021-02-01,,,test\nD,2021-02-01,,,\n"
    assert sent(mission, {**REQUESTS, **conditions}, REGISTER + rows) == (4, len(kept), 0, 0, 0, 4 - len(kept))
    assert [r[0] for r in mission.ask("SELECT request_id FROM core.request ORDER BY 1")] == kept
    assert mission.ask("SELECT rows_read, filtered FROM ledger") == [(4, 4 - len(kept))]


@pytest.mark.parametrize(
    "condition",
    [
        {"is": "Gesamt fu\u0308r alle"},
        {"is": "GESAMT FÜR ALLE", "ignore_case": True},
        {"matches": "Gesamt fu\u0308r .*"},
        {"is": ["ΣΎΝΟΛΟΣ", "Gesamt für alle"], "ignore_case": True},
    ],
)
def test_a_condition_finds_a_word_however_its_letters_are_put_together(
    mission: SmallMission, condition: dict[str, Any]
) -> None:
    rows = "A,2021-02-01,,,Gesamt für alle\nB,2021-02-01,,,Gesamt fu\u0308r alle\nC,2021-02-01,,,ΣΎΝΟΛΟΣ\n"
    dropped = 3 if isinstance(condition.get("is"), list) else 2
    source = {**REQUESTS, "drop": [{"from": "desk", **condition}]}
    assert sent(mission, source, REGISTER + rows) == (3, 3 - dropped, 0, 0, 0, dropped)


def test_a_header_is_the_same_however_its_letters_are_put_together(mission: SmallMission) -> None:
    source = {**REQUESTS, "columns": {**REQUESTS["columns"], "raised_by": {"from": "Größe"}}}
    content = "id,raised,decided,outcome,Gro\u0308ße\nA,2021-02-01,,,x\n"
    assert sent(mission, source, content) == (1, 1, 0, 0, 0, 0)


def test_a_row_that_does_not_line_up_is_rejected_not_left_out(mission: SmallMission) -> None:
    source = {**REQUESTS, "drop": [{"from": "desk", "blank": True}]}
    assert sent(mission, source, REGISTER + "A,2021-02-01\nB,2021-02-01,,,\n") == (2, 0, 1, 0, 0, 1)


def test_conditions_may_read_what_is_made(mission: SmallMission) -> None:
    source = {**GROUPS, "drop": [{"from": "count", "is": "0"}]}
    content = "id,objective,day,kind_1,count_1,kind_2,count_2\nV1,LO-1,2021-02-01,call,3,visit,0\n"
    assert sent(mission, source, content) == (2, 1, 0, 0, 0, 1)


def test_a_column_of_a_condition_must_be_there(mission: SmallMission) -> None:
    mission.sources = [{**REQUESTS, "drop": [{"from": "dessk", "is": "test"}]}]
    mission.put("requests/a.csv", REGISTER + "A,2021-02-01,,,north\n")
    [line] = mission.ingest().deliveries
    assert (line.status, line.rows_read) == ("unreadable", 0)
    assert line.message is not None
    assert "is 'desk' meant?" in line.message


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"explode": {"columns": r"(?P<name>a)_\d"}}, "groups 'name' and 'number'"),
        ({"explode": {"columns": "("}}, "not a regular expression"),
        ({"explode": {"from": "x", "separator": ";", "to": "nobody"}}, "no column is taken from 'nobody'"),
        ({"explode": {"from": "x", "separator": ["", ";"], "to": "id"}}, "an empty separator"),
        ({"only": [{"from": "x", "is": ["", "y"]}]}, "a blank cell is no text"),
        ({"drop": [{"from": "x", "matches": "(?!y).*"}]}, "look-around"),
        ({"drop": [{"from": "x", "matches": "["}]}, "not a regular expression"),
        ({"reader": "json", "options": {"delimiter": ";"}}, "'json' has no such option"),
        ({"options": {"records": "a"}}, "'csv' has no such option"),
    ],
)
def test_mistakes_in_the_mapping_are_found(more: dict[str, Any], said: str) -> None:
    source = Source.model_validate({**REQUESTS, **more})
    problems = source_problems([("sources/log.yaml", source)], {"headquarters": {"HQ"}})
    assert [said in str(p) for p in problems] == [True], [str(p) for p in problems]


@pytest.mark.parametrize(
    "more",
    [
        {"explode": {"from": "x", "to": "y"}},
        {"explode": {"columns": "x", "to": "y"}},
        {"only": [{"from": "x"}]},
        {"only": [{"from": "x", "is": "a", "blank": True}]},
        {"unpivot": {"columns": "x", "name_to": "a", "value_to": "b"}, "explode": {"columns": "x"}},
    ],
)
def test_shapes_that_say_two_things_are_refused(more: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="give "):
        Source.model_validate({**REQUESTS, **more})


def test_a_column_to_unpivot_stands_in_the_header_once(mission: SmallMission) -> None:
    """Its two values would be told of one record, and the first be lost."""
    turned = {"unpivot": {"columns": "v_.*", "name_to": "what", "value_to": "many"}, "key": ["activity_id", "kind"]}
    mission.sources = [{**ACTIVITY, **turned, "columns": {**ACTIVITY["columns"], "kind": "what", "count": "many"}}]
    mission.put("visits/a.csv", "id,objective,day,v_a,v_b,v_a\nV1,LO-1,2021-02-01,0,1,5\n")
    [line] = mission.ingest().deliveries
    assert line.status == "unreadable"
    assert mission.ask("SELECT code, message FROM reject") == [
        ("duplicate_column", "column 'v_a' stands in the header 2 times")
    ]
