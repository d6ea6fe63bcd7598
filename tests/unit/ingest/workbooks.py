"""Workbooks made for a test: with a writer, or part by part where a writer would not make them so."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xlsxwriter

from reportmetrics.ingest.readers.base import Sheet
from reportmetrics.ingest.readers.xlsx import read_xlsx
from reportmetrics.profile.sources import Options
from tests.conftest import REQUESTS

BOOK: dict[str, Any] = {**REQUESTS, "source": "book", "reader": "xlsx", "files": "*.xlsx", "options": {"sheet": "Log"}}
HEADER = ["id", "raised", "decided", "outcome"]


def book(fill: Callable[[Any, Any], None], **options: Any) -> bytes:
    """A workbook with a sheet Log that ``fill`` is given, after the workbook."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, **options}) as made:
        fill(made, made.add_worksheet("Log"))
    return buffer.getvalue()


def rows(sheet: Any, lines: list[list[Any]]) -> None:
    for number, line in enumerate(lines):
        sheet.write_row(number, 0, line)


def read(path: Path, content: bytes, **options: Any) -> Sheet:
    path.write_bytes(content)
    found = read_xlsx(path, Options.model_validate(options), ["Log"])["Log"]
    assert isinstance(found, Sheet), found
    return found


def packed(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
