"""A publication, opened to be examined: its manifest, its own definitions, its snapshot, what it published.

Belongs here: finding and reading a publication. Not here: judging it (``verify``), asking it (``explain``).

Everything is read from the publication's folder. In particular the definitions are those in ``audit/definitions``,
never those of the product that is installed now.
"""

from __future__ import annotations

import datetime as dt
import json
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.metrics.catalogue import Catalogue, Metric, load_catalogue
from reportmetrics.metrics.results import Results
from reportmetrics.publish.manifest import NAME as MANIFEST
from reportmetrics.publish.manifest import read_manifest
from reportmetrics.publish.tombstone import Tombstone, read_tombstone


class AuditError(Exception):
    """A publication cannot be examined; the message says which, why, and what to do."""


class NotPublishedError(AuditError):
    """What was asked for is not in the publication; the message says what is."""


class Opened:
    """The publication in ``folder``. Raises :class:`AuditError` where there is none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        if not (self.folder / MANIFEST).is_file():
            raise AuditError(f"{folder} is no publication: it has no {MANIFEST}; give the folder of a publication")

    @property
    def audit(self) -> Path:
        """What only auditors may see: snapshot and definitions."""
        return self.folder / "audit"

    @property
    def snapshot(self) -> Path:
        """The snapshot that the figures were computed from."""
        return self.audit / "snapshot"

    @cached_property
    def name(self) -> str:
        """The name that the manifest gives it."""
        return str(self.manifest.get("publication", self.folder.name))

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The manifest. Raises :class:`AuditError` where it is not JSON."""
        try:
            return read_manifest(self.folder)
        except ValueError as error:
            raise AuditError(
                f"{self.folder / MANIFEST} cannot be read: {error}; the publication was altered"
            ) from error

    @cached_property
    def tombstone(self) -> Tombstone | None:
        """What was taken out of it since it was made; None where nothing was."""
        return read_tombstone(self.folder)

    @cached_property
    def as_of(self) -> dt.date:
        """The day that its snapshot is as of."""
        about = json.loads((self.snapshot / "snapshot.json").read_text(encoding="utf-8"))
        return dt.date.fromisoformat(about["as_of"])

    @cached_property
    def catalogue(self) -> Catalogue:
        """Its own definitions. Raises ``DefinitionError`` where they are not sound."""
        return load_catalogue(self.audit / "definitions")

    def metric(self, metric_id: str) -> Metric | None:
        """One of its definitions, without reading the others where they are not read yet; None for an unknown id."""
        if "catalogue" in vars(self):
            return self.catalogue.metrics.get(metric_id)
        return load_catalogue(self.audit / "definitions", only=metric_id).metrics.get(metric_id)

    @cached_property
    def results(self) -> Results:
        """What it published, from ``exports``. Raises ``OSError`` or a polars error where a file is broken."""
        read = {n: pl.read_parquet(self.folder / "exports" / f"{n}.parquet") for n in ("figures", "series", "listings")}
        return Results(**read)

    def engine(self) -> DuckDBEngine:
        """An engine over its snapshot; close it after use. Raises ``EngineError`` where the snapshot is missing."""
        return DuckDBEngine(self.snapshot)


def find_publication(publications: Path, named: str | None) -> Path:
    """The folder of the publication that ``named`` means: a path, a name below ``publications``, or (None) the latest.

    Raises :class:`NotPublishedError` with those that there are.
    """
    if named is None:
        pointer = publications / "latest"
        if pointer.is_file():
            return publications / pointer.read_text(encoding="utf-8").strip()
        raise NotPublishedError(f"there is no publication in {publications}; make one first: reportmetrics run")
    for folder in (publications / named, Path(named)):
        if (folder / MANIFEST).is_file():
            return folder
    known = sorted((p.parent.name for p in publications.glob(f"*/{MANIFEST}")), reverse=True)
    there = f"{publications} holds: {', '.join(known[:20])}" if known else f"{publications} holds none"
    raise NotPublishedError(f"there is no publication '{named}'; {there}")
