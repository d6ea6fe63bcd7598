"""Bad files: the bytes, how a source reads them, and what has to come of them.

All files are taken in by one run, each by a source of its own, so that one bad file among many sound and bad ones is
what is tested. ``@`` in a text stands for the number of the case, so that no two files tell of one request.

Belongs here: what a case is, and how files of a register of requests are made. Not here: the cases.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter

from tests.conftest import REQUESTS

HEADER = "id,raised,decided,outcome,amount\n"
LOG = ["id", "raised", "decided", "outcome", "amount"]

REGISTER: dict[str, Any] = {
    **REQUESTS,
    "columns": {
        **REQUESTS["columns"],
        "amount": {"from": "amount", "optional": True},
        "withdrawn_at": {"from": "withdrawn", "optional": True, "format": "%Y-%m-%d", "timezone": "UTC"},
    },
}

Reject = tuple[str, int | None, str | None]
"""Code, row and column of a reject; a file that cannot be read has neither row nor column."""


@dataclass(frozen=True)
class Case:
    """A file. ``rows`` are the rows read, accepted, rejected, duplicate, superseded and filtered.

    ``said`` is part of the first message of a reject, ``note`` part of what the ledger says of a file that was read,
    ``checks`` the checks between tables that name a row of it, each with part of what it says.
    """

    name: str
    content: str | bytes
    rejects: tuple[Reject, ...]
    rows: tuple[int, int, int, int, int, int] = (0, 0, 0, 0, 0, 0)
    reader: str = "csv"
    options: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, Any] = field(default_factory=dict)
    base: dict[str, Any] = field(default_factory=lambda: REGISTER)
    said: str = ""
    note: str = ""
    checks: tuple[tuple[str, str], ...] = ()

    def source(self, number: int) -> dict[str, Any]:
        """The source that reads the file as case ``number``."""
        options = {"sheet": "Log", **self.options} if self.reader == "xlsx" else self.options
        columns = {**self.base["columns"], **self.columns}
        if "key" in self.base:  # the same ids are in many files: the number of the case tells them apart
            columns["report_id"] = {"value": str(number)}
        return {
            **self.base,
            "source": f"case-{number}",
            "files": f"{number}/*",
            "reader": self.reader,
            "options": options,
            "columns": columns,
        }

    def bytes(self, number: int) -> bytes:
        """The content as case ``number``."""
        return self.content.replace("@", f"R{number}-").encode() if isinstance(self.content, str) else self.content


def refused(name: str, content: str | bytes, code: str, reader: str = "csv", *, said: str = "", **options: Any) -> Case:
    """A file that cannot be read at all."""
    return Case(name, content, ((code, None, None),), reader=reader, options=options, said=said)


def bad_row(name: str, row: str, *faults: tuple[str, str | None], said: str = "", **columns: Any) -> Case:
    """A sound row, then a bad one on line 3, with a code and column per fault."""
    content = f"{HEADER}@1,2021-02-01,,,\n{row}\n"
    rejects = tuple((code, 3, column) for code, column in faults)
    return Case(name, content, rejects, (2, 1, 1, 0, 0, 0), columns=columns, said=said)


def sound(name: str, content: str | bytes, rows: int, **more: Any) -> Case:
    """A file that looks odd and is sound: all its rows are accepted."""
    return Case(name, content, (), (rows, rows, 0, 0, 0, 0), **more)


def workbook(lines: list[list[Any]], after: Callable[[Any, Any], None] | None = None, **options: Any) -> bytes:
    """A workbook with the sheet Log, whose header is written first; ``after`` gets workbook and sheet."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "yyyy-mm-dd", **options}) as book:
        sheet = book.add_worksheet("Log")
        for number, line in enumerate([LOG, *lines]):
            sheet.write_row(number, 0, line)
        if after is not None:
            after(book, sheet)
    return buffer.getvalue()


def with_part(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook with one part changed, or added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        parts = {n: old.read(n) for n in old.namelist()}
        parts[name] = change(parts.get(name, b""))
        for each, data in parts.items():
            new.writestr(each, data)
    return buffer.getvalue()


def packed(entries: dict[str, bytes]) -> bytes:
    """A ZIP archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()
