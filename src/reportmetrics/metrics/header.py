"""Reading the YAML header of a SQL file, with the line of every key.

Belongs here: splitting a file into header and SQL, and YAML mistakes. Not here: which fields a header has
(``definition_file``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

OPEN, CLOSE = "/*---", "---*/"

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The loader in C reads all headers in a tenth of the time; a build of PyYAML without it has the other."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A mistake in a definition: where, what, and what to do about it."""

    path: str
    line: int
    code: str
    message: str
    remedy: str

    def __str__(self) -> str:
        """One line, as compilers write it."""
        return f"{self.path}:{self.line}: {self.code}: {self.message}; {self.remedy}"


class DefinitionError(Exception):
    """One or more definitions are wrong; ``problems`` has all of them, ``str()`` lists one a line."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(p) for p in self.problems))


@dataclass(frozen=True, slots=True)
class Header:
    """Values of a header, the line (1 = first of the file) of each key, and the SQL with the line that it starts on."""

    values: dict[str, Any]
    lines: dict[str, int]
    sql: str
    sql_line: int


def read_header(path: Path, shown: str) -> Header:
    """Header and SQL of ``path``; ``shown`` is the name used in errors. Raises :class:`DefinitionError`."""
    return _parsed(path.read_text(encoding="utf-8"), shown)


@lru_cache(maxsize=512)
def _parsed(text: str, shown: str) -> Header:
    """Loading and lint read the same texts one after the other. Nobody changes the values of a header."""
    if not text.startswith(OPEN):
        raise _error(shown, 1, "header-missing", f"the file does not start with '{OPEN}'", "open it with a YAML header")
    end = text.find(CLOSE)
    if end < 0:
        raise _error(shown, 1, "header-open", f"the header is not closed by '{CLOSE}'", "close it ahead of the SELECT")
    block = text[len(OPEN) : end]
    sql = text[end + len(CLOSE) :]
    sql_line = text[: end + len(CLOSE)].count("\n") + 1 + (len(sql) - len(sql.lstrip("\n")))
    try:
        loader = _Loader(block)
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _error(
            shown, line, "header-yaml", f"the header is not YAML: {error.problem}", "correct the header"
        ) from None
    if not isinstance(node, yaml.MappingNode):
        raise _error(shown, 1, "header-yaml", "the header is not a list of 'field: value' lines", "write one a line")
    lines: dict[str, int] = {}
    problems = []
    for key, _ in node.value:
        name, line = str(key.value), key.start_mark.line + 1
        if name in lines:
            problems.append(
                Problem(shown, line, "field-twice", f"'{name}' was given on line {lines[name]} already", "keep one")
            )
        lines.setdefault(name, line)
    if problems:
        raise DefinitionError(problems)
    return Header(loader.construct_document(node), lines, sql.strip(), sql_line)


def _error(path: str, line: int, code: str, message: str, remedy: str) -> DefinitionError:
    return DefinitionError([Problem(path, line, code, message, remedy)])
