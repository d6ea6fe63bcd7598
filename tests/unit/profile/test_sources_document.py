"""The document about sources: its examples are sound mappings, and it names every key that there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from reportmetrics.profile.corrections import Correction
from reportmetrics.profile.shapes import Condition, Explode, Unpivot
from reportmetrics.profile.source_rules import source_problems
from reportmetrics.profile.sources import ColumnMap, Event, Events, Options, Source, TableMap

DOCUMENT = (Path(__file__).parents[3] / "docs" / "sources.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", DOCUMENT, flags=re.DOTALL)
IDS = {"unit": {"U-1"}, "headquarters": {"JFC Naples"}, "template": {"WAR"}, "objective": {"LO-01"}}


@pytest.mark.parametrize("text", EXAMPLES, ids=[re.findall(r"source: (\w+)", e)[0] for e in EXAMPLES])
def test_each_example_is_a_sound_mapping(text: str) -> None:
    source = Source.model_validate(yaml.safe_load(text))
    assert [str(p) for p in source_problems([("sources/example.yaml", source)], IDS)] == []


@pytest.mark.parametrize(
    "model", [Source, TableMap, ColumnMap, Options, Unpivot, Explode, Condition, Events, Event, Correction]
)
def test_each_key_is_named(model: type[BaseModel]) -> None:
    keys = {field.alias or name for name, field in model.model_fields.items()}
    assert {k for k in keys if not re.search(rf"\b{k}\b", DOCUMENT)} == set()
