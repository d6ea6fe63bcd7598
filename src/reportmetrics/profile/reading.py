"""YAML files into models, with every mistake named by file and key.

Belongs here: reading one file, and turning what pydantic says into words. Not here: rules between files (``rules``).

YAML is read as version 1.2 has it: ``18:00`` is text and not the number 1080, ``no`` is text and not false, and a key
given twice is a mistake. Each of these would otherwise change a figure in silence.
"""

from __future__ import annotations

import difflib
import re
import types
import typing
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake in a profile: where it is (``file``, ``key``), what it is, and what to do about it."""

    file: str
    key: str
    message: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}: {self.key}" if self.key else self.file
        return f"{where}: {self.message}; {self.remedy}"


# libyaml reads ten times as fast as Python does, where it is installed; both say the same of the same text.
_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Safe):  # type: ignore[misc]
    """SafeLoader without YAML 1.1's surprises."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Refuse a key that is given twice."""
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key '{key}' is given twice", key_node.start_mark)
            seen.add(key)
        made: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return made


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if not tag.endswith((":bool", ":int", ":float"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("int", r"^[-+]?\d+$", "-+0123456789"),
    ("float", r"^[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?$", "-+.0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def read_model(path: Path, name: str, model: type[M], problems: list[Problem]) -> M | None:
    """The file as ``model``; on any mistake None, and the mistakes are added to ``problems``.

    ``name`` is how the file is called in messages.
    """
    try:
        text = path.read_text(encoding="utf-8")
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 (a SafeLoader)
    except FileNotFoundError:
        problems.append(Problem(name, "", "the file is missing", f"a profile needs it: create {path}"))
        return None
    except UnicodeDecodeError as error:
        problems.append(Problem(name, "", f"not UTF-8 text (byte {error.start})", "save the file as UTF-8"))
        return None
    except yaml.YAMLError as error:
        problems.append(_syntax_problem(name, _told_better(text) or error))
        return None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems.extend(_named(name, model, data, detail) for detail in error.errors(include_url=False))
        return None


def _told_better(text: str) -> yaml.YAMLError | None:
    """What Python's own parser says of a text that libyaml refused: it names the character."""
    try:
        yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        return error
    return None


def _syntax_problem(name: str, error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    line = f"line {mark.line + 1}" if mark is not None else ""
    said = getattr(error, "problem", None) or str(error)
    if "given twice" in said:
        return Problem(name, line, said, "keep one of the two")
    return Problem(name, line, f"not valid YAML ({said})", "check indentation, quotes and colons at that line")


def _named(name: str, model: type[BaseModel], data: object, detail: Any) -> Problem:
    """One finding of pydantic in words."""
    loc: tuple[int | str, ...] = tuple(detail["loc"])
    kind, key = detail["type"], _key_path(data, loc)
    if kind == "extra_forbidden":
        wrong = str(loc[-1])
        known = sorted(_keys_of(_annotation_at(model, loc[:-1])))
        near = difflib.get_close_matches(wrong, known, n=1, cutoff=0.6)
        remedy = f"did you mean '{near[0]}'?" if near else f"remove it; known keys: {', '.join(known) or 'none'}"
        return Problem(name, key, f"unknown key '{wrong}'", remedy)
    if kind == "missing":
        return Problem(name, key, "this key is missing", f"add '{loc[-1]}'")
    message = str(detail["msg"]).removeprefix("Value error, ")
    given = detail.get("input")
    shown = "" if isinstance(given, dict | list) else f" (given: {given!r})"
    if kind == "value_error":
        return Problem(name, key, message, "correct this entry")
    if kind == "literal_error":
        near = difflib.get_close_matches(str(given), re.findall(r"'([^']*)'", message), n=1)
        hint = f"did you mean '{near[0]}'?" if near else "use one of the values listed"
        return Problem(name, key, f"{message}{shown}", hint)
    return Problem(name, key, f"{message}{shown}", "correct this value")


def _key_path(data: object, loc: tuple[int | str, ...]) -> str:
    """``indicators[LO-04.2].target``: list items are named by their first identifier where they have one."""
    path, here = "", data
    if loc[:2] == ("tables", 0) and isinstance(data, Mapping) and "tables" not in data:
        path, loc = str(data["table"]), loc[2:]  # the short form of a source with one table
    for step in loc:
        if isinstance(step, int):
            here = here[step] if isinstance(here, list) and step < len(here) else None
            path += f"[{_label(here) or step + 1}]"
            continue
        if isinstance(here, Mapping) and step not in here and step[:1].isupper():
            continue  # pydantic names the member of a union that it tried
        here = here.get(step) if isinstance(here, Mapping) else None
        path += f".{step}" if path else step
    return path


_IDENTIFIERS = ("indicator_id", "field_id", "template_id", "objective_id", "unit_id", "hq", "table", "grade")


def _label(item: object) -> str | None:
    if not isinstance(item, Mapping):
        return None
    return next((str(item[name]) for name in _IDENTIFIERS if isinstance(item.get(name), str)), None)


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from _models_in(argument)


def _keys_of(annotation: object) -> set[str]:
    keys: set[str] = set()
    for model in _models_in(annotation):
        keys |= {field.alias or key for key, field in model.model_fields.items()}
    return keys


def _annotation_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> object:
    """The type expected at a path inside ``model``."""
    here: object = model
    for step in loc:
        if isinstance(step, int):
            continue
        if isinstance(here, type) and not isinstance(here, types.GenericAlias) and issubclass(here, BaseModel):
            named = {f.alias or k: f.annotation for k, f in here.model_fields.items()}
            here = named.get(step, here)
            inner = list(_models_in(here))
            is_map = typing.get_origin(here) is dict
            here = inner[0] if len(inner) == 1 and not is_map else here
        elif typing.get_origin(here) is dict:
            inner = list(_models_in(here))
            here = inner[0] if len(inner) == 1 else here
    return here
