"""What must hold of ``unpivot``, ``explode``, ``only`` and ``drop`` of a mapping.

Belongs here: mistakes that can be seen without a file to read. Not here: the columns of a mapping (``source_rules``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reportmetrics.profile.reading import Problem
from reportmetrics.profile.shapes import Explode, several
from reportmetrics.profile.sources import TableMap

_LOOKING_ELSEWHERE = re.compile(r"\(\?<?[=!]|\(\?P=|\\[1-9]")
"""Look-around and back references, which the engine that runs conditions lacks."""


def shape_problems(file: str, key: str, entry: TableMap) -> Iterator[Problem]:
    """Mistakes in how rows become records. Names that are made must be used, patterns must be readable."""
    if entry.per == "file":
        yield from _one_a_file(file, key, entry)
    made: dict[str, str] = {}
    if entry.unpivot is not None:
        made = dict.fromkeys((entry.unpivot.name_to, entry.unpivot.value_to), "unpivot")
        yield from pattern_problems(file, f"{key}.unpivot.columns", entry.unpivot.columns)
    if entry.explode is not None:
        yield from _explode(file, f"{key}.explode", entry.explode)
        made = dict.fromkeys((n for n in (entry.explode.to, entry.explode.number_to) if n is not None), "explode")
    used = {c for given in entry.columns.values() for c in given.columns}
    used |= {c for condition in (*entry.only, *entry.drop) for part in condition.parts for c in part.candidates}
    for name in sorted(set(made) - used):
        yield Problem(file, f"{key}.{made[name]}", f"no column is taken from '{name}'", f"use it: {{from: {name}}}")
    for kind, conditions in (("only", entry.only), ("drop", entry.drop)):
        parts = [(number, part) for number, each in enumerate(conditions, start=1) for part in each.parts]
        for number, condition in parts:
            where = f"{key}.{kind}[{number}]"
            if condition.matches is not None:
                yield from pattern_problems(file, f"{where}.matches", condition.matches, plain=True)
            if any(not text.strip() for text in several(condition.is_)):
                yield Problem(
                    file, f"{where}.is", "a blank cell is no text", "write 'blank: true' as a condition of its own"
                )


def _one_a_file(file: str, key: str, entry: TableMap) -> Iterator[Problem]:
    for name in sorted(n for n, given in entry.columns.items() if given.candidates):
        said = f"a record a file has no column to take '{name}' from"
        yield Problem(file, f"{key}.columns.{name}", said, "give a 'fact' of the file's name or a constant 'value'")
    for name in ("unpivot", "explode", "only", "drop", "events"):
        if getattr(entry, name):
            yield Problem(file, f"{key}.{name}", "a record a file has no rows", "remove it, or 'per: file'")


def _explode(file: str, key: str, explode: Explode) -> Iterator[Problem]:
    if any(not s for s in explode.separators):
        yield Problem(file, f"{key}.separator", "an empty separator", 'give the text between the parts, such as ";"')
    if explode.columns is None:
        return
    bad = list(pattern_problems(file, f"{key}.columns", explode.columns))
    yield from bad
    if not bad and not {"name", "number"} <= set(re.compile(explode.columns).groupindex):
        remedy = r"such as '(?P<name>kind|hours)_(?P<number>\d+)'"
        yield Problem(file, f"{key}.columns", "the pattern needs the groups 'name' and 'number'", remedy)


def pattern_problems(file: str, key: str, pattern: str, *, plain: bool = False) -> Iterator[Problem]:
    """Whether a pattern can be read. ``plain``: it must do without look-around and back references."""
    try:
        re.compile(pattern)
    except re.error as error:
        said = f"not a regular expression ({error})"
        yield Problem(file, key, said, "correct the pattern; quote it with single quotes in YAML")
        return
    if plain and _LOOKING_ELSEWHERE.search(pattern):
        yield Problem(file, key, "look-around and back references are not known here", "use two conditions instead")
