"""The files that the lint reads: each definition with its header, as far as it can be read.

Belongs here: finding the files and reading their headers leniently, so that a mistake in one field hides no other.
Not here: any rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from reportmetrics.metrics.findings import Finding
from reportmetrics.metrics.header import DefinitionError, Header, read_header
from reportmetrics.metrics.levels.relation import Fault

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Subject:
    """One definition.

    ``shown`` is its path below the SQL folder; ``name`` is what its file and folder say it is called.
    """

    kind: Literal["metric", "view"]
    name: str
    shown: str
    header: Header

    @property
    def values(self) -> Mapping[str, Any]:
        """The fields of the header."""
        return self.header.values

    @property
    def level(self) -> str:
        """The level that the header states, or an empty text."""
        return str(self.values.get("level") or "")

    @property
    def reads(self) -> tuple[str, ...]:
        """What the header says that it reads besides, or nothing."""
        reads = self.values.get("reads")
        return tuple(str(r) for r in reads) if isinstance(reads, list) else ()

    def at_field(self, field: str, code: str, message: str, remedy: str, *, severity: Severity = "error") -> Finding:
        """A finding about a field of the header, at its line."""
        return Finding(self.shown, self.header.lines.get(field, 1), code, severity, message, remedy)

    def at_sql(self, fault: Fault) -> Finding:
        """A fault of the SQL as a finding, at the line of the file."""
        line = self.header.sql_line + fault.line - 1
        return Finding(self.shown, line, fault.code, "error", fault.message, fault.remedy, fault.path)


def read_subjects(sql_folder: Path) -> tuple[list[Subject], list[Finding]]:
    """All definitions below a SQL folder, and what keeps some from being read."""
    subjects, findings = [], []
    for path in [*sorted(sql_folder.glob("derived/*.sql")), *sorted(sql_folder.glob("metrics/*/*.sql"))]:
        shown = path.relative_to(sql_folder).as_posix()
        try:
            subjects.append(_subject(path, shown))
        except DefinitionError as error:
            findings += [Finding(p.path, p.line, p.code, "error", p.message, p.remedy) for p in error.problems]
    return subjects, findings


def _subject(path: Path, shown: str) -> Subject:
    header = read_header(path, shown)
    if shown.startswith("derived/"):
        return Subject("view", path.stem, shown, header)
    return Subject("metric", f"{path.parent.name}.{path.stem}", shown, header)
