"""JSON Schemas of the headers of metrics and derived views, for editors that complete and check YAML while it is typed.

Belongs here: the export. Not here: the checks that count (``definition_file``); a test holds the two together.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reportmetrics.metrics.definition_file import DERIVED, IDENTIFIER, LEVELS, OPTIONAL, REQUIRED, REVIEW_EVERY
from reportmetrics.metrics.estimators import ESTIMATORS
from reportmetrics.metrics.levels.matrix import READABLE
from reportmetrics.schema_files import write_schemas

Schema = dict[str, Any]
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Schema = {"type": "string", "pattern": r"\S"}
_COLUMN: Schema = {"type": "string", "pattern": IDENTIFIER.pattern}
_COLUMNS: Schema = {"type": "array", "items": _COLUMN, "uniqueItems": True}


def schemas() -> dict[str, Schema]:
    """JSON Schema by file name."""
    reads = {"type": "array", "items": {"enum": list(READABLE)}}
    view = {"id": _COLUMN, "one_row_is": _TEXT, "level": {"enum": ["neutral", *LEVELS[:-1]]}, "reads": reads}
    return {
        "metric.schema.json": _header("Header of a metric", _metric_fields(), list(REQUIRED)),
        "view.schema.json": _header("Header of a derived view", view, list(DERIVED)),
    }


def export_schemas(folder: Path) -> list[Path]:
    """Write all schemas into ``folder`` and return their paths."""
    return write_schemas(folder, schemas())


def _header(title: str, fields: dict[str, Schema], required: list[str]) -> Schema:
    return {
        "$schema": _DIALECT,
        "title": title,
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": {name: {**shape, "description": MEANINGS[name]} for name, shape in fields.items()},
    }


def _metric_fields() -> dict[str, Schema]:
    listing = {"order_by": _COLUMN, "rows": {"type": "integer", "minimum": 1}, "columns": _COLUMNS}
    fields: dict[str, Schema] = {
        **dict.fromkeys(("title", "question", "unit", "owner", "decision", "limits", "source"), _TEXT),
        "id": {"type": "string", "pattern": r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$"},
        "version": {"type": "integer", "minimum": 1},
        "level": {"enum": list(LEVELS)},
        "by": _COLUMNS,
        "also_by": {"type": "array", "items": _COLUMNS},
        "estimator": {"oneOf": [{"enum": sorted(ESTIMATORS)}, _estimators()]},
        "reviewed": {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
        "review_every": {"type": "string", "pattern": REVIEW_EVERY.pattern},
        "caveats": {"type": "array", "items": {"type": "string", "pattern": r"^[a-z ]+: \S"}},
        "frame": _TEXT,
        "people": _TEXT,
        "reads": {"type": "array", "items": {"enum": list(READABLE)}},
        "listings": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "properties": listing,
                "required": list(listing),
                "additionalProperties": False,
            },
        },
    }
    return {name: fields[name] for name in (*REQUIRED, *OPTIONAL)}


def _estimators() -> Schema:
    """Each estimator with its parameters; what a parameter may be, only the parser says."""
    shapes: dict[str, Schema] = {}
    for name, estimator in sorted(ESTIMATORS.items()):
        params = {p.name: {"description": p.meaning, "default": p.default} for p in estimator.params}
        needs = [f"{n.name}{' (optional)' if n.optional else ''}: {n.meaning}" for n in estimator.needs]
        shapes[name] = {
            "type": ["object", "null"],
            "additionalProperties": False,
            "properties": params,
            "description": "; ".join(["columns of the SELECT", *needs]) if needs else "needs no column",
        }
    return {"type": "object", "minProperties": 1, "additionalProperties": False, "properties": shapes}


MEANINGS = {
    "id": "how pages, explain and publications name it: as the file is named",
    "version": "raised whenever the definition changes its meaning",
    "title": "the figure's name",
    "question": "the question that it answers",
    "level": "step of the result chain; decides what may be read",
    "unit": "unit of the figures",
    "by": "groups of the headline figure; none for the whole mission",
    "also_by": "further groupings, each complete in itself",
    "estimator": "turns rows into figures",
    "owner": "who answers for the definition",
    "reviewed": "when the owner last looked at it",
    "review_every": "after that time it has to earn its place again",
    "decision": "the decision that it serves",
    "limits": "what it does not tell, and which choices were made",
    "source": "where the formula comes from",
    "caveats": "caveats that go with every figure",
    "frame": "derived view with a column 'reported': groups whose zero is a true zero",
    "people": "column that says whose row it is; groups of fewer than five people are hidden",
    "reads": "levels that are read beyond what its own level reads anyway",
    "listings": "a few named rows of each group",
    "one_row_is": "what one row stands for",
}
