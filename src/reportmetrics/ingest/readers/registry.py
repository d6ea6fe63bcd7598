"""Which reader reads which format."""

from __future__ import annotations

from collections.abc import Mapping

from reportmetrics.ingest.readers.base import Reader
from reportmetrics.ingest.readers.csv import read_csv
from reportmetrics.ingest.readers.iati import read_iati
from reportmetrics.ingest.readers.json import read_json, read_ndjson
from reportmetrics.ingest.readers.parquet import read_parquet
from reportmetrics.ingest.readers.xes import read_xes
from reportmetrics.ingest.readers.xlsx import read_xlsx

READERS: Mapping[str, Reader] = {
    "csv": read_csv,
    "xlsx": read_xlsx,
    "json": read_json,
    "ndjson": read_ndjson,
    "parquet": read_parquet,
    "iati": read_iati,
    "xes": read_xes,
}
"""Reader by the name that a source gives it."""

TEXTS = frozenset({"csv", "json", "ndjson"})
"""Readers of text in the encoding that the source declares."""
