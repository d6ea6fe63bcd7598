"""Event logs in XES (IEEE 1849): one row per event, with the attributes of its case as ``case:<key>``.

Belongs here: events and their attributes as text columns. Not here: which event means a decision (the mapping says).
Attributes within attributes and lists are passed over: registers export flat keys.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path

from reportmetrics.ingest.readers.base import NUMBER_MARK, STRAY_EVENT, TWICE, Sheet, UnreadableError, clean_name
from reportmetrics.ingest.readers.records import Records
from reportmetrics.ingest.readers.xml import walk
from reportmetrics.profile.sources import Options

_SINGLE = frozenset({"string", "date", "int", "float", "boolean", "id"})
"""Elements of attributes that hold one value."""


def read_xes(
    path: Path,
    options: Options,  # noqa: ARG001 (the format states all itself)
    sheets: Sequence[str | None],
    *,
    numbers: Collection[str | None] = (),
) -> dict[str | None, Sheet | UnreadableError]:
    """See ``base.Reader``; a file is one sheet, called None.

    ``source_row`` is the line on which the event begins, or the next number that is free where several begin on one.

    What the log's ``global`` element gives for events and cases that lack a key is filled in, as the standard asks.
    """
    events = _Events(numbers=bool(numbers))
    walk(path, events, "log")
    return dict.fromkeys(sheets, events.records.sheet())


_FRACTION = re.compile(r"[+-]?\d*\.\d+([eE][+-]?\d+)?")


class _Events:
    """A record per event while the log passes by."""

    def __init__(self, *, numbers: bool) -> None:
        self._numbers = numbers
        self.records = Records()
        self._scope = ""
        self._given: dict[str, dict[str, str]] = {"trace": {}, "event": {}}
        self._case: dict[str, str] = {}
        self._event: dict[str, str] = {}
        self._seen: dict[str, dict[str, str]] = {"trace": {}, "event": {}, "global": {}}
        self._twice: dict[str, str | None] = {"trace": None, "event": None}
        self._line = 0

    def start(self, path: list[str], attributes: dict[str, str], line: int) -> None:
        name = path[-1]
        if name in self._twice:
            self._seen[name], self._twice[name] = {}, None
        if name == "trace":
            self._case = dict(self._given["trace"])
        elif name == "event":
            self._event, self._line = dict(self._given["event"]), line
        elif name == "global":
            self._scope, self._seen["global"] = attributes.get("scope", ""), {}
        elif name in _SINGLE and "key" in attributes:
            value = attributes.get("value", "")
            value = NUMBER_MARK + value if self._numbers and name == "float" and _FRACTION.fullmatch(value) else value
            self._attribute(path[-2] if len(path) > 1 else "", clean_name(attributes["key"]), value)

    def _attribute(self, parent: str, key: str, value: str) -> None:
        seen = self._seen.get(parent)
        if seen is not None and seen.setdefault(key, value) != value:
            self._again(parent, key)
        if parent == "trace":
            self._case[f"case:{key}"] = value
        elif parent == "event":
            self._event[key] = value
        elif parent == "global" and self._scope == "trace":
            self._given["trace"][f"case:{key}"] = value
        elif parent == "global" and self._scope == "event":
            self._given["event"][key] = value

    def _again(self, parent: str, key: str) -> None:
        """An attribute of an event or case refuses rows; one that the log gives for all refuses the file."""
        if parent == "global":
            said = f"the attribute '{key}' that the log gives for each {self._scope or 'record'} stands in it twice"
            raise UnreadableError("duplicate_column", said, "give each value a key of its own")
        self._twice[parent] = self._twice[parent] or f"{TWICE}'{key}'"

    def end(self, path: list[str], text: str) -> None:  # noqa: ARG002 (values are attributes here)
        if path[-1] != "event":
            return
        if "trace" in path:
            fault = self._twice["event"] or self._twice["trace"]
            self.records.add(self._line, {**self._case, **self._event}, fault=fault)
        else:
            self.records.add(self._line, self._event, fault=STRAY_EVENT)
