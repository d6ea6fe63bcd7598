"""The JSON Schemas for editors: up to date, and of one mind with the loader."""

import json
from pathlib import Path

import pytest

from reportmetrics.profile.schema import export_schemas, schemas

SCHEMAS = Path(__file__).parents[3] / "data" / "profiles" / "schema"


def test_committed_schemas_are_up_to_date(tmp_path):
    written = export_schemas(tmp_path)
    assert sorted(p.name for p in written) == sorted(p.name for p in SCHEMAS.iterdir())
    for path in written:
        assert path.read_bytes() == (SCHEMAS / path.name).read_bytes(), (
            "write them again with reportmetrics.profile.schema.export_schemas"
        )


@pytest.mark.parametrize("name", ["mission", "objectives", "indicators", "templates", "source"])
def test_unknown_keys_are_refused_and_meanings_given(name):
    schema = schemas()[f"{name}.schema.json"]
    assert schema["additionalProperties"] is False
    assert all(d.get("additionalProperties") is False for d in schema["$defs"].values() if d["type"] == "object")
    assert "description" in json.dumps(schema)


def test_the_short_form_of_a_source_is_known_to_editors():
    schema = schemas()["source.schema.json"]
    assert {"table", "columns", "tables", "unpivot"} <= set(schema["properties"])
    assert schema["oneOf"] == [{"required": ["tables"]}, {"required": ["table", "columns"]}]
    assert {"type": "string"} in schema["properties"]["columns"]["additionalProperties"]["anyOf"]
