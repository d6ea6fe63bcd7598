"""JSON, NDJSON and Parquet as text: digits kept, blanks, numbering, and what is refused."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportmetrics.ingest.readers.base import Sheet, UnreadableError
from reportmetrics.ingest.readers.registry import READERS
from reportmetrics.profile.source_rules import source_problems
from reportmetrics.profile.sources import Options
from tests.conftest import SmallMission


def read(path: Path, reader: str, content: str | bytes | None = None, **options: Any) -> Sheet:
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    found = READERS[reader](path, Options.model_validate(options), [None])[None]
    assert isinstance(found, Sheet)
    return found


def refusal(path: Path, reader: str, content: str | bytes, **options: Any) -> UnreadableError:
    with pytest.raises(UnreadableError) as caught:
        read(path, reader, content, **options)
    assert caught.value.remedy
    return caught.value


def test_json_keeps_digits_and_knows_nothing_entered(tmp_path: Path) -> None:
    content = '[{"id": 1.10, "n": 12345678901234567890}, {"n": 0, "flag": false}, {}, {"id": "", "flag": null}'
    content += ', {"id": "n/a"}]'
    found = read(tmp_path / "a.json", "json", content)
    assert found.header == ("id", "n", "flag")
    assert found.rows.rows() == [
        (1, "1.10", "12345678901234567890", None, None),
        (2, None, "0", "false", None),
        (5, "n/a", None, None, None),
    ]


def test_json_list_is_found_where_it_is_declared(tmp_path: Path) -> None:
    content = '{"meta": {"page": 1}, "result": {"rows": [{"a": "x"}]}}'
    assert read(tmp_path / "a.json", "json", content, records="result.rows").rows["c0"].to_list() == ["x"]
    assert "'rows' is missing; there are: page" in refusal(tmp_path / "b", "json", content, records="meta.rows").message
    assert "an object stands where" in refusal(tmp_path / "c", "json", content).message


def test_json_names_the_list_that_may_be_meant(tmp_path: Path) -> None:
    assert refusal(tmp_path / "a", "json", '{"rows": [{"a": 1}]}').remedy.endswith("records: rows")


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        ("", "empty_file", "empty"),
        ('[{"a": 1}, {"a"', "broken_json", "the file ends in the middle"),
        ('[{"a": 1}, {"a": "x', "broken_json", "the file ends in the middle"),
        ("[{'a': 1}]", "broken_json", "line 1, character 3"),
        ('[{"a": "NaN \\" NaN"},\n {"a": NaN}]', "broken_json", "line 2, character 8: not JSON (NaN is no number"),
        ('[{"a": 1},\n {"a": -Infinity}]', "broken_json", "line 2, character 8: not JSON (-Infinity is no number"),
        ('[{"b": 1}, {"a": 1, "b": 0, "a": 2}]', "duplicate_column", "record 2: key 'a' stands in it twice"),
        ('[{"a": {"b": 1}}]', "nested_value", "record 1: 'a' holds an object"),
        ('[{"a": 1}, {"a": [1]}]', "nested_value", "record 2: 'a' holds a list"),
        ("[" * 100_000, "nested_value", "without end"),
        ("[1]", "no_records", "record 1 is a single value"),
        ("[]", "no_records", "no record"),
        ('[{"a": "x\\u0000"}]', "bad_text", "NUL"),
        ('[{"a": "\\ud800"}]', "bad_text", "record 1, 'a'"),
        ("\xe9".encode("latin-1") + b'[{"a": 1}]', "wrong_encoding", "line 1"),
        (json.dumps([{f"k{i}": i for i in range(5_000)}]), "too_many_columns", "4,096"),
    ],
)
def test_json_is_refused_with_a_reason(tmp_path: Path, content: str | bytes, code: str, said: str) -> None:
    why = refusal(tmp_path / "a.json", "json", content)
    assert (why.code, said in why.message) == (code, True), why.message


def test_a_key_that_stands_twice_beside_the_records_refuses_too(tmp_path: Path) -> None:
    why = refusal(tmp_path / "a", "json", '{"n": 1, "rows": [{"a": 1}], "n": 2}', records="rows")
    assert (why.code, "outside of the records" in why.message) == ("duplicate_column", True)
    why = refusal(tmp_path / "a", "ndjson", '{"a": 1}\n\n{"a": 1, "a": 1}\n')
    assert why.message == "record 3: key 'a' stands in it twice"


def test_ndjson_rows_are_lines(tmp_path: Path) -> None:
    found = read(tmp_path / "a", "ndjson", '{"a": 1}\r\n\n{"b": "x\u2028y", "a": "2"}\n')
    assert (found.header, found.rows.rows()) == (("a", "b"), [(1, "1", None, None), (3, "2", "x\u2028y", None)])


def test_ndjson_names_the_line_that_is_cut_off(tmp_path: Path) -> None:
    why = refusal(tmp_path / "a", "ndjson", '{"a": 1}\n{"a": 2}\n{"a"')
    assert (why.code, "line 3" in why.message) == ("broken_json", True)
    why = refusal(tmp_path / "b", "ndjson", '{"a": "NaN"}\n{"a": Infinity}')
    assert (why.message[:20], why.remedy.startswith("write null")) == ("line 2, character 7:", True)


def test_blocks_with_other_columns_become_one_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reportmetrics.ingest.readers.records._BLOCK_ROWS", 2)
    lines = [{"a": "1"}, {"a": "2"}, {"b": "3"}, {"a": "4", "c": "5"}, {"a": "6"}]
    found = read(tmp_path / "a", "ndjson", "\n".join(json.dumps(line) for line in lines))
    assert found.header == ("a", "b", "c")
    assert found.rows.drop("row_fault").rows() == [
        (1, "1", None, None),
        (2, "2", None, None),
        (3, None, "3", None),
        (4, "4", None, "5"),
        (5, "6", None, None),
    ]


NAMES = ("first", "second")
cells = st.one_of(
    st.none(), st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=6), st.integers()
)


@settings(deadline=None, max_examples=40)
@given(rows=st.lists(st.fixed_dictionaries({"first": cells, "second": cells}), min_size=1, max_size=6))
def test_json_and_ndjson_read_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str | int | None]]
) -> None:
    folder = tmp_path_factory.mktemp("json")
    expected = [[None if r[n] in (None, "") else str(r[n]) for n in NAMES] for r in rows]
    expected = [r for r in expected if any(v and not v.isspace() for v in r)]
    for reader, text in (("json", json.dumps(rows)), ("ndjson", "\n".join(json.dumps(r) for r in rows))):
        found = read(folder / reader, reader, text)
        assert [list(r) for r in found.rows.select([f"c{found.header.index(n)}" for n in NAMES]).rows()] == expected


def test_parquet_is_text_with_iso_dates(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "id": [7.0, None],
            "text": ["007", "n/a"],
            "n": [0, 2**63 - 1],
            "f": [0.1, 1e-7],
            "flag": [True, None],
            "day": [dt.date(2021, 11, 23), None],
            "at": [dt.datetime(2021, 11, 23, 10, 0, 0, 5), None],
            "instant": pl.Series([dt.datetime(2021, 11, 23, 10), None]).dt.replace_time_zone("Asia/Baghdad"),
            "money": [Decimal("1.50"), None],
            "kind": pl.Series(["a", "b"], dtype=pl.Categorical),
            "small": pl.Series([0.1, None], dtype=pl.Float32),
        }
    )
    frame.write_parquet(tmp_path / "a.parquet")
    found = read(tmp_path / "a.parquet", "parquet")
    assert found.header == tuple(frame.columns)
    first = ("7", "007", "0", "0.1", "true", "2021-11-23", "2021-11-23 10:00:00.000005")
    assert found.rows.row(0) == (1, *first, "2021-11-23 10:00:00.000000+03:00:00", "1.50", "a", "0.1", None)
    second = (None, "n/a", "9223372036854775807", "0.0000001", None, None, None, None, None, "b", None)
    assert found.rows.row(1) == (2, *second, None)


def test_parquet_with_lists_is_refused(tmp_path: Path) -> None:
    pl.DataFrame({"a": ["x"], "tags": [["x", "y"]]}).write_parquet(tmp_path / "a.parquet")
    why = refusal(tmp_path / "a.parquet", "parquet", (tmp_path / "a.parquet").read_bytes())
    assert (why.code, "'tags'" in why.message) == ("nested_value", True)


@pytest.mark.parametrize("cut", [0, 1, 4, 200, -1, -8])
def test_parquet_cut_off_is_refused(tmp_path: Path, cut: int) -> None:
    pl.DataFrame({"a": ["x"] * 1_000}).write_parquet(tmp_path / "whole")
    why = refusal(tmp_path / "a", "parquet", (tmp_path / "whole").read_bytes()[:cut])
    assert why.code == ("broken_parquet" if cut else "empty_file")


def test_parquet_beyond_the_caps_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reportmetrics.ingest.readers.parquet.MOST_ROWS", 10)
    pl.DataFrame({"a": ["x"] * 11}).write_parquet(tmp_path / "a")
    assert refusal(tmp_path / "a", "parquet", (tmp_path / "a").read_bytes()).code == "file_too_large"


def test_a_number_in_parquet_is_written_as_a_person_would(tmp_path: Path) -> None:
    values = [1e15, 9007199254740991.0, -3.0, 2.5, 1e-7, float("nan"), float("inf")]
    pl.DataFrame({"id": values}).write_parquet(tmp_path / "a.parquet")
    found = read(tmp_path / "a.parquet", "parquet").rows["c0"].to_list()
    assert found == ["1000000000000000", "9007199254740991", "-3", "2.5", "0.0000001", "NaN", "inf"]


IDS = {
    "source": "ids",
    "title": "Ids that passed through a float",
    "sender": "desk",
    "files": "*.parquet",
    "reader": "parquet",
    "table": "request",
    "columns": {
        "request_id": "id",
        "hq": {"value": "HQ"},
        "raised_at": {"from": "raised", "format": "%Y-%m-%d", "timezone": "UTC"},
        "amount": {"from": "amount", "optional": True},
    },
}


def test_a_float_that_stands_for_several_ids_is_refused_as_an_id_and_counts_as_a_number(
    mission: SmallMission, tmp_path: Path
) -> None:
    mission.sources = [IDS]
    for name, ids, kind in (("d", [7.0, 12345678901234567.0, 1e22], pa.float64()), ("f", [123456789.0], pa.float32())):
        columns = {"id": pa.array(ids, kind), "raised": ["2021-02-01"] * len(ids), "amount": [1e16] * len(ids)}
        pq.write_table(pa.table(columns), tmp_path / name)
        mission.put(f"{name}.parquet", (tmp_path / name).read_bytes())
    mission.ingest()
    assert mission.ask("SELECT request_id, amount FROM core.request") == [("7", 1e16)]
    assert mission.ask("SELECT code, source_row, column_name, raw FROM reject ORDER BY file_seq, source_row") == [
        ("inexact_number", 2, "id", "12345678901234568"),
        ("inexact_number", 3, "id", "10000000000000000000000"),
        ("inexact_number", 1, "id", "123456792"),
    ]


@pytest.mark.parametrize(
    ("written_in", "declared", "day"),
    [
        ("UTC", None, "2021-12-01"),  # the mission's zone is Asia/Baghdad
        ("UTC", "America/New_York", "2021-11-30"),
        ("UTC", "UTC", "2021-11-30"),
        ("Europe/Rome", "America/New_York", "2021-12-01"),  # as a text with an offset: the day that is written
        (None, "America/New_York", "2021-11-30"),
    ],
)
def test_the_day_of_an_instant_in_parquet(
    mission: SmallMission, tmp_path: Path, written_in: str | None, declared: str | None, day: str
) -> None:
    """Midnight in Rome, which is still the day before in UTC."""
    promised = {"from": "promised", "format": "%Y-%m-%d", "timezone": declared}
    mission.sources = [{**IDS, "columns": {**IDS["columns"], "raised_at": {**promised}, "promised_on": promised}}]
    at = pl.Series([dt.datetime(2021, 11, 30, 23)])
    at = at if written_in is None else at.dt.replace_time_zone("UTC").dt.convert_time_zone(written_in)
    pl.DataFrame({"id": ["A"], "promised": at}).write_parquet(tmp_path / "a")
    mission.put("a.parquet", (tmp_path / "a").read_bytes())
    mission.ingest()
    assert source_problems([("ids.yaml", mission.profile.sources[0])], {}) == []
    instant = "2021-12-01 04:00:00" if written_in is None else "2021-11-30 23:00:00"
    assert mission.ask("SELECT promised_on::VARCHAR, raised_at::VARCHAR FROM core.request") == [(day, instant)]


@pytest.mark.parametrize(
    "zone", ["Etc/UTC", "GMT", "Etc/GMT", "Zulu", "UCT", "Etc/Universal", "Greenwich", "+00:00", "utc"]
)
def test_a_zone_that_is_utc_by_another_name_is_utc(tmp_path: Path, zone: str) -> None:
    moments = pa.array([dt.datetime(2021, 7, 1, 22, 30)], pa.timestamp("us", tz=zone))
    pq.write_table(pa.table({"at": moments}), tmp_path / "a")
    assert read(tmp_path / "a", "parquet").rows["c0"].to_list() == ["2021-07-01 22:30:00.000000 UTC"]


def test_joined_words_stand_for_a_number_and_one_cell_never_stands_for_all(
    mission: SmallMission, tmp_path: Path
) -> None:
    amount = {"join": ["amount", "unit"], "map": {"1 m": "1000000", "2 m": "2000000"}}
    mission.sources = [{**IDS, "columns": {**IDS["columns"], "amount": amount}}]
    columns = {
        "id": list("ABCDE"),
        "raised": ["2021-02-01"] * 5,
        "amount": [1.0, 2.0, 3.0, None, 1e17],
        "unit": ["m", "m", "m", "m", "k"],
    }
    pq.write_table(pa.table(columns), tmp_path / "a")
    mission.put("a.parquet", (tmp_path / "a").read_bytes())
    mission.ingest()
    assert mission.ask("SELECT request_id, amount FROM core.request ORDER BY 1") == [
        ("A", 1e6),
        ("B", 2e6),
        ("D", None),
    ]
    assert mission.ask("SELECT code, source_row, column_name, raw FROM reject ORDER BY source_row") == [
        ("bad_number", 3, "amount + unit", "3 m"),
        ("inexact_number", 5, "amount + unit", "100000000000000000"),
    ]


@pytest.mark.parametrize(
    ("kind", "numbers", "said"),
    [
        (pa.date32(), pa.array([2**31 - 1], pa.int32()), "column 'odd' holds values of type date32"),
        (pa.time64("us"), pa.array([90_000_000_000]), "column 'odd' holds values of type time64"),
        (pa.timestamp("us", "Mars/Olympus"), pa.array([0]), "column 'odd' holds values of type timestamp"),
    ],
    ids=["day", "time", "zone"],
)
def test_values_that_cannot_be_told_refuse_the_file_and_stop_nothing_else(
    tmp_path: Path, kind: pa.DataType, numbers: pa.Array, said: str
) -> None:
    pq.write_table(pa.table({"id": ["A"], "odd": numbers.cast(kind)}), tmp_path / "a.parquet")
    why = refusal(tmp_path / "a.parquet", "parquet", (tmp_path / "a.parquet").read_bytes())
    assert (why.code, said in why.message) == ("bad_value", True), why.message


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (pa.decimal256(60, 2), [Decimal("1.50")]),
        (pa.duration("s"), [dt.timedelta(1)]),
        (pa.large_binary(), [b"x"]),
        (pa.map_(pa.string(), pa.int64()), [[("a", 1)]]),
        (pa.struct([("a", pa.int64())]), [{"a": 1}]),
    ],
    ids=str,
)
def test_types_of_which_no_cell_is_made_are_refused_and_stop_nothing_else(
    tmp_path: Path, kind: pa.DataType, values: list[Any]
) -> None:
    pq.write_table(pa.table({"id": pa.array(["A"]), "odd": pa.array(values, kind)}), tmp_path / "a.parquet")
    why = refusal(tmp_path / "a.parquet", "parquet", (tmp_path / "a.parquet").read_bytes())
    assert (why.code, "'odd' holds" in why.message) == ("nested_value", True)


@pytest.mark.parametrize(
    ("kind", "values", "text"),
    [
        (pa.float16(), [1.5], "1.5"),
        (pa.time64("us"), [dt.time(10, 30)], "10:30:00"),
        (pa.time64("us"), [dt.time(10, 30, 0, 5)], "10:30:00.000005"),
        (pa.time32("s"), [dt.time(10, 30)], "10:30:00"),
        (pa.large_string(), ["x"], "x"),
        (pa.uint64(), [2**64 - 1], str(2**64 - 1)),
        (pa.decimal128(38, 0), [Decimal(10) ** 37], "1" + "0" * 37),
    ],
    ids=str,
)
def test_single_values_of_every_type_become_text(
    tmp_path: Path, kind: pa.DataType, values: list[Any], text: str
) -> None:
    pq.write_table(pa.table({"odd": pa.array(values, kind)}), tmp_path / "a.parquet")
    [found] = read(tmp_path / "a.parquet", "parquet").rows["c0"].to_list()
    assert found.startswith(text)


@pytest.mark.parametrize("reader", ["json", "ndjson"])
def test_a_key_that_no_record_has_tells_nothing_and_is_named(mission: SmallMission, reader: str) -> None:
    columns = {**IDS["columns"], "decided_at": {"from": ["decided", "closed"], "format": "%Y-%m-%d", "optional": True}}
    mission.sources = [{**IDS, "files": "*.json", "reader": reader, "columns": columns}]
    one, other = ({"id": name, "raised": "2021-02-01"} for name in "AB")
    stays = "columns that no record of the file has, of which what was told before stays: "
    sent = [
        ([one | {"decided": "2021-02-09", "amount": 1}], "2021-02-08 21:00:00", None),
        ([one], "2021-02-08 21:00:00", f"{stays}amount, decided"),
        ([one, other | {"decided": "2021-02-10"}], None, f"{stays}amount"),
        ([one | {"decided": "2021-02-11"}], "2021-02-10 21:00:00", f"{stays}amount"),
        ([one | {"decided": None, "amount": None}], None, None),
    ]
    for week, (records, decided, said) in enumerate(sent, start=1):
        lines = [json.dumps(r) for r in records]
        mission.put(f"{week}.json", "\n".join(lines) if reader == "ndjson" else f"[{','.join(lines)}]")
        mission.ingest(dt.datetime(2021, 3, week))
        known = mission.known("request", "2021-04-01").filter(request_id="A")
        assert (known["decided_at"][0] and str(known["decided_at"][0])) == decided
        assert mission.ask("SELECT message FROM ledger ORDER BY file_seq")[-1] == (said,)
