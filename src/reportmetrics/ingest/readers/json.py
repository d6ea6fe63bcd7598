"""JSON: a list of flat records, at the top of the file or below a declared path; and NDJSON, a record a line.

Numbers keep the digits that the file has: nothing becomes a float on the way. ``null``, an empty text and a key that
only other records of the file have are the same: nothing was entered. A key that no record has is a column that the
file lacks. Records within records are refused, since which cell is meant would be a guess.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from reportmetrics.ingest.readers.base import NUMBER_MARK, Sheet, UnreadableError, clean_name
from reportmetrics.ingest.readers.encoding import decoded
from reportmetrics.ingest.readers.records import Records
from reportmetrics.profile.sources import Options


def read_json(
    path: Path,
    options: Options,
    sheets: Sequence[str | None],
    *,
    numbers: Collection[str | None] = (),
) -> dict[str | None, Sheet | UnreadableError]:
    """See ``base.Reader``; a file is one sheet, called None. ``source_row`` is the number of the record, from 1."""
    text = decoded(path.read_bytes(), options.encoding)
    records = Records()
    outside: list[_Twice] = []
    parsed = _parsed(text, None, numbers=bool(numbers), twice=outside)
    for number, item in enumerate(_listed(parsed, options.records), start=1):
        records.add(number, _cells(item, number))
    if outside:  # in a record it would have been found by now
        raise _said_twice("outside of the records, in an object: ", outside[0])
    return dict.fromkeys(sheets, records.sheet())


def read_ndjson(
    path: Path, options: Options, sheets: Sequence[str | None], *, numbers: Collection[str | None] = ()
) -> dict[str | None, Sheet | UnreadableError]:
    """See ``base.Reader``; a file is one sheet, called None. ``source_row`` is the number of the line."""
    records = Records()
    for number, line in enumerate(decoded(path.read_bytes(), options.encoding).split("\n"), start=1):
        if line and not line.isspace():
            records.add(number, _cells(_parsed(line, number, numbers=bool(numbers)), number))
    return dict.fromkeys(sheets, records.sheet())


class _Twice(dict[str, Any]):
    """An object in which ``key`` stands twice."""

    key = ""


class _Fraction(str):
    """A number with a fraction or an exponent, as it is written; a text is none."""

    __slots__ = ()


def _parsed(text: str, line: int | None, *, numbers: bool, twice: list[_Twice] | None = None) -> Any:
    """What the text says, numbers as their text; ``numbers`` tells those with a fraction from texts.

    An object in which a key stands twice is a ``_Twice``, and is added to the list ``twice``.
    """
    try:
        return json.loads(
            text,
            parse_float=_Fraction if numbers else str,
            parse_int=str,
            parse_constant=functools.partial(_no_number, text),
            object_pairs_hook=functools.partial(_object, [] if twice is None else twice),
        )
    except json.JSONDecodeError as error:
        where = f"line {line or error.lineno}, character {error.colno}"
        if isinstance(error, _NoNumberError):
            remedy = "write null where there is no number, and send the file again"
            raise UnreadableError("broken_json", f"{where}: not JSON ({error.msg})", remedy) from None
        cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        said = "the file ends in the middle of a record" if cut and line is None else f"not JSON ({error.msg})"
        raise UnreadableError("broken_json", f"{where}: {said}", "export the file again and send it whole") from None
    except RecursionError:
        raise UnreadableError(
            "nested_value", "lists within lists without end", "export flat records, one value a key"
        ) from None
    except ValueError as error:
        where = "" if line is None else f"line {line}: "
        raise UnreadableError("broken_json", f"{where}not JSON ({error})", "export the file again") from None


class _NoNumberError(json.JSONDecodeError):
    """NaN or an infinity, which Python writes and JSON does not have."""


_TEXT_OR_NO_NUMBER = re.compile(r'"(?:[^"\\]|\\.)*"|(?P<none>NaN|-?Infinity)', re.DOTALL)


def _no_number(text: str, name: str) -> str:
    """Called at the first one that stands outside of a text; all before it is JSON."""
    at = next(m.start() for m in _TEXT_OR_NO_NUMBER.finditer(text) if m["none"])
    raise _NoNumberError(f"{name} is no number of JSON", text, at)


def _object(twice: list[_Twice], pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = {clean_name(key): value for key, value in pairs}
    if len(found) == len(pairs):
        return found
    seen: set[str] = set()
    marked = _Twice(found)
    for key in (clean_name(key) for key, _ in pairs):
        if key in seen:
            marked.key = key
            break
        seen.add(key)
    twice.append(marked)
    return marked


def _said_twice(where: str, found: _Twice) -> UnreadableError:
    return UnreadableError(
        "duplicate_column", f"{where}key '{found.key}' stands in it twice", "give each value a name of its own"
    )


def _listed(data: Any, path: str | None) -> list[Any]:
    """The list of records below ``path``, names joined by dots."""
    for name in map(clean_name, path.split(".") if path else ()):
        if not isinstance(data, dict) or name not in data:
            there = f"; there are: {', '.join(list(data)[:20])}" if isinstance(data, dict) else ""
            said = f"nothing is found at '{path}' ('{name}' is missing{there})"
            raise UnreadableError("no_records", said, "correct 'records' in 'options', or send the agreed export")
        data = data[name]
    if isinstance(data, list):
        return data
    hint = "send a list of records"
    if isinstance(data, dict):
        lists = [k for k, v in data.items() if isinstance(v, list)]
        hint = f"name the list in 'options', such as records: {lists[0]}" if lists else hint
    raise UnreadableError("no_records", f"{_kind(data)} stands where the list of records is expected", hint)


def _cells(item: Any, number: int) -> dict[str, str | None]:
    if not isinstance(item, dict):
        raise UnreadableError(
            "no_records", f"record {number} is {_kind(item)} and not an object", "give each value its name: {...}"
        )
    if isinstance(item, _Twice):
        raise _said_twice(f"record {number}: ", item)
    return {name: _text(value, number, name) for name, value in item.items()}


def _text(value: Any, number: int, name: str) -> str | None:
    if isinstance(value, _Fraction):
        return NUMBER_MARK + value
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    raise UnreadableError(
        "nested_value",
        f"record {number}: '{name}' holds {_kind(value)}; a cell is one value",
        "export flat records, or name the list of records in 'options.records'",
    )


def _kind(value: Any) -> str:
    names = {dict: "an object", _Twice: "an object", list: "a list", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a single value")
