"""Sheets of a returned workbook that were renamed: they hold rows to mend, and nobody reads them.

Belongs here: finding them. Not here: reading sheets (``xlsx``), which sheets are read (``profile.intake``).
"""

from __future__ import annotations

import zipfile
from collections.abc import Collection
from pathlib import Path

from reportmetrics.ingest.readers.base import Sheet, UnreadableError
from reportmetrics.ingest.readers.xlsx import read_xlsx
from reportmetrics.profile.intake import READ_ME, REFERENCE
from reportmetrics.profile.sources import Options


def strange_sheets(path: Path, known: Collection[str]) -> list[str]:
    """Names of sheets with a column of references that are none of ``known``; none where the file is no workbook."""
    if not zipfile.is_zipfile(path):  # kept cells: what was not read is not kept
        return []
    import fastexcel

    names = [n for n in fastexcel.read_excel(path).sheet_names if n != READ_ME and n not in known]
    try:
        read = read_xlsx(path, Options(), names)
    except UnreadableError:
        return []
    return [n for n, sheet in read.items() if n and isinstance(sheet, Sheet) and REFERENCE in sheet.header]
