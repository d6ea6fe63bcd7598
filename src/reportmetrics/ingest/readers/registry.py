"""Which reader reads which format."""

from __future__ import annotations

from collections.abc import Mapping

from reportmetrics.ingest.readers.base import Reader
from reportmetrics.ingest.readers.csv import read_csv
from reportmetrics.ingest.readers.xlsx import read_xlsx

READERS: Mapping[str, Reader] = {"csv": read_csv, "xlsx": read_xlsx}
"""Reader by the name that a source gives it."""
