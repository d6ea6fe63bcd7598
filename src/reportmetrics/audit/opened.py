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
from typing import TYPE_CHECKING, Any

import polars as pl

from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.metrics.metric import Metric
from reportmetrics.metrics.metric_values import PREPARED, prepared_metric
from reportmetrics.metrics.results import Results
from reportmetrics.publish.files import sha256
from reportmetrics.publish.manifest import NAME as MANIFEST
from reportmetrics.publish.manifest import read_manifest
from reportmetrics.publish.tombstone import Tombstone, read_tombstone

if TYPE_CHECKING:
    from reportmetrics.metrics.catalogue import Catalogue
    from reportmetrics.profile.load import Profile


_ALWAYS = ("ledger", "hidden_before")
"""Tables that every figure is asked for: which file a row came from, and which groups were hidden before."""


class AuditError(Exception):
    """A publication cannot be examined; the message says which, why, and what to do."""


class NotPublishedError(AuditError):
    """What was asked for is not in the publication; the message says what is."""


class Opened:
    """The publication in ``folder``. Raises :class:`AuditError` where there is none.

    ``known`` is a catalogue that was read before: where the publication's definitions are the same to the last byte, it
    is theirs too, and they are not parsed again.
    """

    def __init__(self, folder: Path, *, known: Catalogue | None = None) -> None:
        self.folder = folder.resolve()
        self._known = known
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

    @property
    def definitions(self) -> Path:
        """Its own definitions, a folder like ``sql``."""
        return self.audit / "definitions"

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
        from reportmetrics.metrics.catalogue import load_catalogue
        from reportmetrics.metrics.hashes import texts_digest

        if self._known is not None and self._known.texts == texts_digest(self.definitions):
            return self._known
        return load_catalogue(self.definitions)

    @cached_property
    def profile(self) -> Profile:
        """Its own copy of the mission's profile. Raises ``ProfileError`` where that cannot be read."""
        from reportmetrics.profile.load import load_profile

        return load_profile(self.audit / "profile")

    def metric(self, metric_id: str) -> Metric | None:
        """One of its definitions, without reading the others where they are not read yet; None for an unknown id.

        What was prepared from the definitions when it was published is taken where neither is altered since.
        """
        if "catalogue" not in vars(self) and self._prepared is not None:
            try:
                metric = prepared_metric(self._prepared, metric_id, self.definitions)
                if metric is None or all(map(self._unaltered, self._made_from(metric))):
                    return metric
            except (KeyError, TypeError, ValueError):
                pass
        if "catalogue" in vars(self):
            return self.catalogue.metrics.get(metric_id)
        from reportmetrics.metrics.catalogue import load_catalogue

        return load_catalogue(self.definitions, only=metric_id).metrics.get(metric_id)

    @cached_property
    def sheets(self) -> dict[tuple[str, str], str]:
        """Sheet of each (source, table) whose files are workbooks, by its own profile; {} where that cannot be read."""
        if self._prepared is not None:
            return {(source, table): sheet for source, table, sheet in self._prepared["sheets"]}
        from reportmetrics.profile.intake import sheets
        from reportmetrics.profile.load import ProfileError

        try:
            return {(s, t): sheet for s, t, sheet in sheets(self.profile.sources)}
        except ProfileError:
            return {}

    @cached_property
    def _prepared(self) -> dict[str, Any] | None:
        """What was prepared when it was published; None where that is not there, or not as it was."""
        if not self._unaltered(f"audit/{PREPARED}"):
            return None
        content: dict[str, Any] = json.loads((self.audit / PREPARED).read_text(encoding="utf-8"))
        return content

    def _unaltered(self, name: str) -> bool:
        """Whether a file is the one that the manifest names."""
        facts = self.manifest["files"].get(name)
        path = self.folder / name
        return facts is not None and path.is_file() and sha256(path) == facts["sha256"]

    def _made_from(self, metric: Metric) -> list[str]:
        """Files of the definitions that a metric follows from."""
        names = [f"core/{table}.sql" for table in metric.tables] + [f"derived/{view}.sql" for view in metric.views]
        there = [f"audit/definitions/{name}" for name in names]
        own = metric.definition.path.relative_to(self.folder).as_posix()
        return [own, *(n for n in there if n in self.manifest["files"] or (self.folder / n).is_file())]

    @cached_property
    def results(self) -> Results:
        """What it published, from ``exports``. Raises ``OSError`` or a polars error where a file is broken."""
        read = {n: pl.read_parquet(self.folder / "exports" / f"{n}.parquet") for n in ("figures", "series", "listings")}
        return Results(**read)

    def engine(self, metric: Metric | None = None) -> DuckDBEngine:
        """An engine over its snapshot; close it after use. Raises ``EngineError`` where the snapshot is missing.

        With a ``metric`` it holds what questions about that one read, and nothing else.
        """
        return DuckDBEngine(self.snapshot, only=None if metric is None else {*metric.tables, *_ALWAYS})


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
