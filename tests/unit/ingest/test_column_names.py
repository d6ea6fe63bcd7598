"""Names of columns are the same however their letters are put together, in every format."""

from __future__ import annotations

import io
import json
import unicodedata
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from reportmetrics.profile.sources import TableMap
from tests.unit.ingest.test_record_readers import read, refusal

APART, TOGETHER = unicodedata.normalize("NFD", "noté"), unicodedata.normalize("NFC", "noté")


def table(*names: str) -> bytes:
    held = io.BytesIO()
    pq.write_table(pa.Table.from_arrays([pa.array(["x"])] * len(names), names=names), held)
    return held.getvalue()


NAMED = {
    "csv": lambda *names: ",".join(names) + "\n" + ",".join("x" for _ in names),
    "json": lambda *names: json.dumps({"rés": [dict.fromkeys(names, "x")]}, ensure_ascii=False),
    "ndjson": lambda *names: json.dumps(dict.fromkeys(names, "x"), ensure_ascii=False),
    "parquet": table,
    "xes": lambda *names: (
        "<log><trace><event>" + "".join(map('<string key="{}" value="x"/>'.format, names)) + "</event></trace></log>"
    ),
}


@pytest.mark.parametrize("reader", NAMED)
def test_the_name_of_a_column_is_the_same_however_its_letters_are_put_together(tmp_path: Path, reader: str) -> None:
    options = {"records": unicodedata.normalize("NFD", "rés")} if reader == "json" else {}
    found = read(tmp_path / "a", reader, NAMED[reader](f" {APART} "), **options)
    assert found.header == (TOGETHER,)
    assert found.rows["c0"].to_list() == ["x"]
    columns = {"evidence": {"from": APART}}
    mapped = TableMap.model_validate({"table": "observation", "columns": columns, "ignore": [APART]})
    assert (mapped.columns["evidence"].candidates, mapped.ignore) == ((TOGETHER,), [TOGETHER])


@pytest.mark.parametrize("reader", ["json", "ndjson"])
def test_keys_that_are_the_same_once_put_together_are_one_key_twice(tmp_path: Path, reader: str) -> None:
    options = {"records": "rés"} if reader == "json" else {}
    why = refusal(tmp_path / "a", reader, NAMED[reader](APART, TOGETHER), **options)
    assert why.code == "duplicate_column"


def test_names_that_are_the_same_once_put_together_are_told_as_twice(tmp_path: Path) -> None:
    assert read(tmp_path / "a", "parquet", table(APART, TOGETHER)).header == (TOGETHER, TOGETHER)
    fault = f"an attribute stands twice: '{TOGETHER}'"
    log = NAMED["xes"](APART, TOGETHER)
    assert read(tmp_path / "b", "xes", log).rows["row_fault"].to_list() == [None], "both say the same"
    log = log.replace('"x"', '"y"', 1)
    assert read(tmp_path / "c", "xes", log).rows["row_fault"].to_list() == [fault]
