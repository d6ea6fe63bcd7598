"""JSON Schemas of the profile's files, for editors that complete and check YAML while it is typed.

Belongs here: the export. Not here: the models themselves.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from reportmetrics.profile.mission import Mission
from reportmetrics.profile.objectives import IndicatorsFile, ObjectivesFile
from reportmetrics.profile.sources import Source
from reportmetrics.profile.templates import TemplatesFile
from reportmetrics.schema_files import write_schemas


def schemas() -> dict[str, dict[str, Any]]:
    """JSON Schema by file name."""
    return {
        "mission.schema.json": _schema(Mission),
        "objectives.schema.json": _schema(ObjectivesFile),
        "indicators.schema.json": _schema(IndicatorsFile),
        "templates.schema.json": _schema(TemplatesFile),
        "source.schema.json": _source_schema(),
    }


def export_schemas(folder: Path) -> list[Path]:
    """Write all schemas into ``folder`` and return their paths."""
    return write_schemas(folder, schemas())


class _Described(GenerateJsonSchema):
    """Tells of each key what the string beneath the model's field says.

    Pydantic can do so itself, but when a model is made: every start of the program would read and parse these files.
    """

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """The schema of one model."""
        made = super().model_schema(schema)
        for name, text in _told(schema["cls"]).items():
            field = schema["cls"].model_fields[name]
            made["properties"][field.alias or name].setdefault("description", text)
        return made


def _told(model: type[BaseModel]) -> dict[str, str]:
    """The strings beneath the fields of a model, by field; fields of the models that it extends come along."""
    found: dict[str, str] = {}
    for of in (c for c in reversed(model.__mro__) if issubclass(c, BaseModel) and c is not BaseModel):
        (definition,) = ast.parse(textwrap.dedent(inspect.getsource(of))).body
        assert isinstance(definition, ast.ClassDef)
        for field, below in pairwise(definition.body):
            match field, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    found[name] = inspect.cleandoc(text)
    return found


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(schema_generator=_Described)


def _source_schema() -> dict[str, Any]:
    """The source's schema, with the short forms that the models accept before validation."""
    schema = _schema(Source)
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
