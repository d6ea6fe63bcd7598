"""JSON Schemas of the profile's files, for editors that complete and check YAML while it is typed.

Belongs here: the export. Not here: the models themselves.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reportmetrics.profile.mission import Mission
from reportmetrics.profile.objectives import IndicatorsFile, ObjectivesFile
from reportmetrics.profile.sources import Source
from reportmetrics.profile.templates import TemplatesFile
from reportmetrics.schema_files import write_schemas


def schemas() -> dict[str, dict[str, Any]]:
    """JSON Schema by file name."""
    return {
        "mission.schema.json": Mission.model_json_schema(),
        "objectives.schema.json": ObjectivesFile.model_json_schema(),
        "indicators.schema.json": IndicatorsFile.model_json_schema(),
        "templates.schema.json": TemplatesFile.model_json_schema(),
        "source.schema.json": _source_schema(),
    }


def export_schemas(folder: Path) -> list[Path]:
    """Write all schemas into ``folder`` and return their paths."""
    return write_schemas(folder, schemas())


def _source_schema() -> dict[str, Any]:
    """The source's schema, with the short forms that the models accept before validation."""
    schema = Source.model_json_schema()
    table = schema["$defs"]["TableMap"]
    table["properties"]["columns"]["additionalProperties"] = {
        "anyOf": [{"type": "string"}, {"$ref": "#/$defs/ColumnMap"}]
    }
    means = schema["$defs"]["Events"]["properties"]["means"]
    means["additionalProperties"] = {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/Event"}]}
    one_table = {name: shape for name, shape in table["properties"].items() if name != "sheet"}
    schema["properties"] = {**schema["properties"], **one_table}
    schema["required"] = [name for name in schema["required"] if name != "tables"]
    schema["oneOf"] = [{"required": ["tables"]}, {"required": ["table", "columns"]}]
    return schema
