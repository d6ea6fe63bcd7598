"""The JSON Schemas of headers are current, take every header of the product, and refuse what the parser refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from reportmetrics.metrics.definition_file import DERIVED, OPTIONAL, REQUIRED, read_metric
from reportmetrics.metrics.header import DefinitionError
from reportmetrics.metrics.schema import export_schemas, schemas
from tests.unit.metrics import sql_folder

SQL = Path(__file__).parents[3] / "sql"
METRIC = schemas()["metric.schema.json"]


def header(path: Path) -> dict[str, Any]:
    """The header as an editor reads it: dates are text."""
    block = path.read_text(encoding="utf-8").split("---*/")[0].removeprefix("/*---")
    values: dict[str, Any] = yaml.safe_load(block)
    return json.loads(json.dumps(values, default=str))


def test_committed_schemas_are_up_to_date(tmp_path: Path) -> None:
    for path in export_schemas(tmp_path):
        committed = SQL / "schema" / path.name
        assert path.read_text() == committed.read_text(), "write them again: reportmetrics.metrics.schema"


def test_fields_are_those_of_the_parser() -> None:
    assert set(METRIC["properties"]) == {*REQUIRED, *OPTIONAL}
    assert METRIC["required"] == list(REQUIRED)
    assert schemas()["view.schema.json"]["required"] == list(DERIVED)


def test_every_header_of_the_product_fits() -> None:
    checker = jsonschema.Draft202012Validator(METRIC)
    paths = sorted(SQL.glob("metrics/*/*.sql"))
    assert len(paths) > 50
    assert [(p.name, e.message) for p in paths for e in checker.iter_errors(header(p))] == []
    views = jsonschema.Draft202012Validator(schemas()["view.schema.json"])
    assert [(p.name, e.message) for p in SQL.glob("derived/*.sql") for e in views.iter_errors(header(p))] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version: 1", "version: 0"),
        ("version: 1", "version: one"),
        ("level: process", "level: result"),
        ("by: [hq]", "by: hq"),
        ("by: [hq]", "by: [HQ]"),
        ("by: [hq]", "by: [hq, hq]"),
        ("also_by: [[hq, priority]]", "also_by: [priority]"),
        ("estimator: {kaplan_meier:", "estimator: {kaplan_maier:"),
        ("{at: [30],", "{on: [30],"),
        ("review_every: 12 months", "review_every: yearly"),
        ("reviewed: 2022-01-10", "reviewed: last week"),
        ("owner: ops-assessment\n", ""),
        ("title: Wait", "title: ' '"),
        ("limits: None known.", "limits: None known.\ncolour: blue"),
        ("limits: None known.", "limits: None known.\ncaveats: [Beware]"),
        ("limits: None known.", "limits: None known.\nreads: [activities]"),
        ("limits: None known.", "limits: None known.\nlistings: {oldest: {rows: 3}}"),
    ],
)
def test_schema_and_parser_refuse_the_same(tmp_path: Path, old: str, new: str) -> None:
    assert old in sql_folder.METRIC
    folder = sql_folder.write(tmp_path, metric=sql_folder.METRIC.replace(old, new, 1))
    path = folder / "metrics" / "latency" / "wait.sql"
    with pytest.raises(DefinitionError):
        read_metric(path, "wait.sql")
    assert list(jsonschema.Draft202012Validator(METRIC).iter_errors(header(path)))


def test_the_header_that_is_spoiled_is_sound(tmp_path: Path) -> None:
    path = sql_folder.write(tmp_path) / "metrics" / "latency" / "wait.sql"
    assert read_metric(path, "wait.sql").id == "latency.wait"
    assert not list(jsonschema.Draft202012Validator(METRIC).iter_errors(header(path)))
