"""What a mapping makes of a cell, column type by column type."""

from __future__ import annotations

import unicodedata
from typing import Any

import duckdb
import pytest

from reportmetrics.ingest.reasons import SKIPPED_MARK, YEAR_MARK
from reportmetrics.ingest.text import Reading, canonical, entered, literal, not_among
from reportmetrics.profile.sources import ColumnMap
from reportmetrics.warehouse.shape import Column, Type
from tests.conftest import REQUESTS, SmallMission

BAD = "\x1a"


def text(cell: str | None, kind: Type, zone: str = "UTC", codes: tuple[str, ...] = (), **given: Any) -> str | None:
    column_map = ColumnMap.model_validate({"from": "x", **given})
    column = Column("x", kind, "a column", codes=codes)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("CREATE TABLE t (c VARCHAR)")
        connection.execute("INSERT INTO t VALUES (?)", [cell])
        sql = canonical("x", column, column_map, Reading(zone))
        row = connection.execute(f"SELECT {sql} FROM (SELECT {entered('c', column_map)} AS x FROM t)").fetchone()
    assert row is not None
    return None if row[0] is None else str(row[0])


@pytest.mark.parametrize("cell", ["", "  ", "\u00a0", None])
@pytest.mark.parametrize("kind", ["text", "integer", "number", "boolean", "date", "timestamp"])
def test_nothing_entered_is_null(cell: str | None, kind: Type) -> None:
    given = {"format": "%Y-%m-%d"} if kind in ("date", "timestamp") else {}
    assert text(cell, kind, **given) is None


def test_words_for_nothing_are_declared() -> None:
    assert text("n/a", "text", blank=["n/a"]) is None
    assert text("n/a", "text") == "n/a"
    assert text("0", "integer", blank=["n/a"]) == "0"


@pytest.mark.parametrize(
    ("cell", "given", "expected"),
    [
        ("1234", {}, "1234"),
        ("1234.0", {}, "1234"),
        ("-7", {}, "-7"),
        ("1.5", {}, BAD + "1.5"),
        ("1 234", {}, BAD + "1 234"),
        ("1.234", {"thousands": ".", "decimal": ","}, "1234"),
        ("1.23", {"thousands": ".", "decimal": ","}, BAD + "1.23"),
        ("0.125", {"thousands": ".", "decimal": ","}, BAD + "0.125"),
        ("1e3", {}, BAD + "1e3"),
        ("1_000", {}, BAD + "1_000"),
        # A mark of thousands is none of decimals, where nothing else is said of those.
        ("12.0", {"thousands": "."}, BAD + "12.0"),
        ("1.200.0", {"thousands": "."}, BAD + "1.200.0"),
        ("1.200", {"thousands": "."}, "1200"),
        ("five", {}, BAD + "five"),
    ],
)
def test_whole_numbers(cell: str, given: dict[str, str], expected: str) -> None:
    assert text(cell, "integer", **given) == expected


@pytest.mark.parametrize(
    ("cell", "given", "expected"),
    [
        ("1.5", {}, "1.5"),
        ("-.5", {}, "-.5"),
        ("1.5", {"thousands": "."}, BAD + "1.5"),
        (".5", {"thousands": "."}, BAD + ".5"),
        ("1.500", {"thousands": "."}, "1500"),
        ("1,5", {}, BAD + "1,5"),
        ("1,5", {"decimal": ","}, "1.5"),
        ("1.234,5", {"decimal": ",", "thousands": "."}, "1234.5"),
        ("12.34,5", {"decimal": ",", "thousands": "."}, BAD + "12.34,5"),
        ("0.125", {"decimal": ",", "thousands": "."}, BAD + "0.125"),
        ("-0.125,5", {"decimal": ",", "thousands": "."}, BAD + "-0.125,5"),
        ("0,125", {"thousands": ","}, BAD + "0,125"),
        ("0,125", {"decimal": ",", "thousands": "."}, "0.125"),
        ("100.125", {"decimal": ",", "thousands": "."}, "100125"),
        ("1.5e3", {}, "1.5e3"),
        ("nan", {}, BAD + "nan"),
        ("inf", {}, BAD + "inf"),
        ("40 %", {}, BAD + "40 %"),
    ],
)
def test_numbers(cell: str, given: dict[str, str], expected: str) -> None:
    assert text(cell, "number", **given) == expected


@pytest.mark.parametrize(
    ("cell", "formats", "expected"),
    [
        ("2021-11-23", "%Y-%m-%d", "2021-11-23"),
        ("23/11/2021", ["%Y-%m-%d", "%d/%m/%Y"], "2021-11-23"),
        ("11/23/2021", ["%Y-%m-%d", "%d/%m/%Y"], BAD + "11/23/2021"),
        ("2021-06-31", "%Y-%m-%d", BAD + "2021-06-31"),
        ("0217-06-01", "%Y-%m-%d", YEAR_MARK + "0217-06-01"),
        ("2021-11-23 10:00", "%Y-%m-%d", BAD + "2021-11-23 10:00"),
    ],
)
def test_dates(cell: str, formats: str | list[str], expected: str) -> None:
    assert text(cell, "date", format=formats) == expected


@pytest.mark.parametrize(
    ("cell", "zone", "expected"),
    [
        ("2021-11-23 10:00", "UTC", "2021-11-23 10:00:00"),
        ("2021-11-23 10:00", "Asia/Baghdad", "2021-11-23 07:00:00"),
        ("2021-07-01 10:00", "Europe/Rome", "2021-07-01 08:00:00"),
        ("2021-12-01 10:00", "Europe/Rome", "2021-12-01 09:00:00"),
        # On 31 October 2021 clocks went from 03:00 back to 02:00: of the two times the later one counts.
        ("2021-10-31 02:30", "Europe/Rome", "2021-10-31 01:30:00"),
        ("1850-11-23 10:00", "Europe/Rome", YEAR_MARK + "1850-11-23 10:00"),
        ("2021-11-23 25:00", "Europe/Rome", BAD + "2021-11-23 25:00"),
        # On 28 March 2021 clocks went from 02:00 to 03:00: this time did not exist.
        ("2021-03-28 02:30", "Europe/Rome", SKIPPED_MARK + "2021-03-28 02:30"),
    ],
)
def test_instants_are_utc(cell: str, zone: str, expected: str) -> None:
    assert text(cell, "timestamp", format="%Y-%m-%d %H:%M", timezone=zone) == expected
    assert text(cell, "timestamp", zone=zone, format="%Y-%m-%d %H:%M") == expected


def test_offset_of_the_cell_wins_over_the_zone() -> None:
    formats = ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M"]
    assert text("2011-10-11T13:45:40+0200", "timestamp", "Asia/Baghdad", format=formats) == "2011-10-11 11:45:40"
    assert text("2011-10-11 13:45", "timestamp", "Asia/Baghdad", format=formats) == "2011-10-11 10:45:00"


@pytest.mark.parametrize("offset", ["+99:00", "-1500", "+15"])
def test_an_offset_that_nobody_uses_is_a_slip(offset: str) -> None:
    cell = f"2021-02-20T10:00:00{offset}"
    assert text(cell, "timestamp", "Asia/Baghdad", format="%Y-%m-%dT%H:%M:%S%z") == BAD + cell
    assert text("2021-02-20T10:00:00+14:00", "timestamp", format="%Y-%m-%dT%H:%M:%S%z") == "2021-02-19 20:00:00"


@pytest.mark.parametrize(
    ("pattern", "cell", "instant"),
    [
        ("%a %b %d %H:%M:%S %z %Y", "Mon Feb 01 10:00:00 {} 2021", "2021-02-01 05:00:00"),
        ("%d-%m-%Y%z %I:%M %p", "20-02-2021{} 10:00 AM", "2021-02-20 05:00:00"),
        ("%z %Y-%m-%d %X.%f", "{} 2021-02-20 10:00:00.5", "2021-02-20 05:00:00.5"),
        ("o'clock %H:%M (%z) [%d/%m/%y] 100%%", "o'clock 10:00 ({}) [20/02/21] 100%", "2021-02-20 05:00:00"),
    ],
)
def test_an_offset_within_a_time_is_judged_too(pattern: str, cell: str, instant: str) -> None:
    assert text(cell.format("+0500"), "timestamp", "Asia/Baghdad", format=pattern) == instant
    for offset in ("+1500", "-20:30"):
        wrong = cell.format(offset)
        assert text(wrong, "timestamp", "Asia/Baghdad", format=pattern) == BAD + wrong


def test_map_is_a_closed_list_of_its_keys_and_the_codes() -> None:
    given = {"map": {"Closed": "approved", "void": None}, "codes": ("approved", "denied")}
    assert text("Closed", "text", **given) == "approved"
    assert text("denied", "text", **given) == "denied"
    assert text("void", "text", **given) is None
    assert text("CLOSED", "text", **given) == BAD + "CLOSED"
    assert text("CLOSED", "text", **given, ignore_case=True) == "approved"


@pytest.mark.parametrize("word", ["İPTAL", "ΑΚΥΡΟΣ", "ακυρος", "Straße", "Pru\u0308fung"])
def test_a_word_is_like_itself_whatever_its_small_letters_are(word: str) -> None:
    assert text(word, "text", codes=("denied",), map={word: "denied"}, ignore_case=True) == "denied"
    assert text("ΑΚΥΡΟΣ", "text", codes=("denied",), map={"ακυρος": "denied"}) == BAD + "ΑΚΥΡΟΣ"


@pytest.mark.parametrize("cell", ["2021-01-02T00:30:00+01:00", "2021-01-02T23:30:00-0500", "2021-01-02T12:00:00+03"])
def test_a_day_with_an_offset_is_the_day_that_is_written(cell: str) -> None:
    assert text(cell, "date", format="%Y-%m-%dT%H:%M:%S%z") == "2021-01-02"


@pytest.mark.parametrize("cell", ["2021-02-30T00:00:00+01:00", "2021-01-02T00:00:00+19:00", "2021-01-02T00:00:00"])
def test_a_day_with_a_bad_offset_or_none_is_not_understood(cell: str) -> None:
    found = text(cell, "date", format="%Y-%m-%dT%H:%M:%S%z")
    assert found is not None
    assert found.startswith(BAD)


def test_codes_may_ignore_case() -> None:
    assert text("Held", "text", codes=("held",), ignore_case=True) == "held"
    assert text("Held", "text", codes=("held",)) == "Held"


@pytest.mark.parametrize(("cell", "expected"), [("Yes", "true"), ("0", "false"), ("maybe", BAD + "maybe")])
def test_flags(cell: str, expected: str) -> None:
    assert text(cell, "boolean") == expected


def test_texts_of_the_mapping_are_quoted() -> None:
    evil = "x'; DROP TABLE t; --"
    assert literal(evil) == "'x''; DROP TABLE t; --'"
    assert text(evil, "text", map={evil: "fine"}) == "fine"


@pytest.mark.parametrize("size", [0, 1, 8, 9, 300])
def test_text_is_among_the_known_ones_however_many_they_are(size: int) -> None:
    known = [f"it's {i}" for i in range(size)]
    cells = [None, "", "IT'S 0", " it's 0", "it's 0", f"it's {size - 1}", f"it's {size}", BAD + "it's 0"]
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t AS SELECT unnest($cells) AS c", {"cells": cells})
        rows = connection.execute(f"SELECT c FROM t WHERE {not_among('c', known)}").fetchall()
    assert [r[0] for r in rows] == [c for c in cells if c is not None and c not in known]


@pytest.mark.parametrize(
    "odd",
    ["\u200fA1", "A1\u2009", "\u3000A1", "A1\u00ad", "\u202aA1\u202c", "A1\u200b ", "\u2066A1\u2069"],
    ids=ascii,
)
@pytest.mark.parametrize("quoted", [False, True])
def test_what_cannot_be_seen_at_the_ends_of_a_key_makes_no_other_record(
    mission: SmallMission, odd: str, quoted: bool
) -> None:
    cell = f'"{odd}"' if quoted else odd
    mission.put("requests/a.csv", f"id,raised,decided,outcome\n{cell},2021-02-01,,\n")
    mission.put("requests/b.csv", "id,raised,decided,outcome\nA1,2021-02-01,2021-02-02,OK\n")
    mission.ingest("2021-02-10")
    assert mission.ask("SELECT DISTINCT request_id FROM core.request") == [("A1",)]
    assert mission.ask("SELECT count(DISTINCT row_key), count(*) FROM core.request") == [(1, 2)]


def test_a_letter_is_the_same_however_it_is_put_together(mission: SmallMission) -> None:
    columns = {
        **REQUESTS["columns"],
        "request_type": {"from": "type", "map": {unicodedata.normalize("NFD", "Sécurité"): "security"}},
    }
    mission.sources = [{**REQUESTS, "columns": columns}]
    for number, form in enumerate(("NFC", "NFD")):
        row = unicodedata.normalize(form, "São-\u0622,2021-02-01,,,Sécurité,José\n")
        mission.put(f"requests/{number}.csv", f"id,raised,decided,outcome,type,who\n{row}")
    one, other = mission.ingest("2021-02-10").deliveries
    assert (one.accepted, other.accepted, other.duplicate, other.rejected) == (1, 0, 1, 0)
    assert mission.ask("SELECT request_id, request_type FROM core.request") == [("São-\u0622", "security")]
