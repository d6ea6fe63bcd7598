"""Whether a publication is whole, and every figure comes out of its own snapshot by its own definitions.

Belongs here: the order of the checks and the verdict. Not here: each check (``contents``, ``books``, ``differences``).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path

import polars as pl
from polars.exceptions import PanicException

from reportmetrics.audit.books import check_exports, check_ledger, check_rows
from reportmetrics.audit.contents import check_definitions, check_files, check_manifest, check_prepared, check_seal
from reportmetrics.audit.differences import Difference, compare_results
from reportmetrics.audit.opened import AuditError, Opened
from reportmetrics.audit.signature import check_signature
from reportmetrics.engines.base import Engine
from reportmetrics.metrics.results import Results
from reportmetrics.metrics.run import compute
from reportmetrics.progress import Track, silent
from reportmetrics.publish import tombstone
from reportmetrics.publish.manifest import build
from reportmetrics.publish.seal import SIGNATURE


@dataclass(frozen=True)
class Verdict:
    """What was found. ``checked`` says in words what was looked at, ``notes`` what a reader should know besides."""

    publication: str
    differences: list[Difference]
    checked: list[str]
    notes: list[str]

    @property
    def sound(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def verify(
    folder: Path, *, allowed_signers: Path | None = None, recompute: bool = True, track: Track = silent
) -> Verdict:
    """Examine the publication in ``folder``. Without ``recompute`` only seal, signature and files are checked.

    Raises :class:`AuditError` where there is no publication at all; all else is a difference.
    """
    opened = Opened(folder)
    differences = check_seal(opened.folder)
    unsigned, words = check_signature(opened.folder, allowed_signers)
    differences += unsigned
    try:
        files = len(opened.manifest["files"])
    except (AuditError, KeyError, TypeError) as error:
        broken = Difference("manifest", "manifest.json", f"cannot be read: {error}")
        return Verdict(opened.folder.name, [*differences, broken], [], [words])
    differences += _guarded("tombstone", lambda: _check_tombstone(opened, allowed_signers))
    differences += _guarded("files", lambda: check_files(opened))
    notes: list[str] = []
    checked = [f"{files} files"]
    if recompute:
        with ExitStack() as open_:
            engine = lru_cache(lambda: open_.enter_context(opened.engine()))
            checks: dict[str, Callable[[], list[Difference]]] = {
                "manifest": lambda: check_manifest(opened),
                "definitions": lambda: check_definitions(opened),
                "prepared": lambda: check_prepared(opened),
                "ledger": lambda: check_ledger(opened, engine()),
                "snapshot": lambda: check_rows(opened, engine()),
                "exports": lambda: check_exports(opened),
                "figures": lambda: _recompute(opened, engine(), checked, notes, track),
            }
            for name, check in checks.items():
                differences += _guarded(name, check)
    return Verdict(opened.name, differences, checked, [words, *_forgotten(opened), *notes, *_notes(opened)])


def _recompute(opened: Opened, engine: Engine, checked: list[str], notes: list[str], track: Track) -> list[Difference]:
    again = compute(opened.catalogue, engine, as_of=opened.as_of, track=track)
    published = opened.results
    checked += [
        f"{len(opened.catalogue.metrics)} definitions",
        f"{published.figures.height:,} figures, {published.series.height:,} points of curves and "
        f"{published.listings.height:,} listed rows recomputed",
    ]
    stone = opened.tombstone
    if stone is None:
        return compare_results(published, again)
    lacking = [m.id for m in opened.catalogue.metrics.values() if stone.tables & set(m.tables)]
    lost = compare_results(_only(published, lacking), _only(again, lacking))
    notes.append(
        f"{len(lacking)} metrics read tables from which rows were forgotten: {len(lost)} of their lines cannot be "
        "recomputed any more; what was published is protected by the manifest's hashes"
    )
    others = [m for m in opened.catalogue.metrics if m not in lacking]
    return compare_results(_only(published, others), _only(again, others))


def _only(results: Results, metrics: Collection[str]) -> Results:
    parts = {f.name: getattr(results, f.name) for f in dataclasses.fields(Results)}
    return Results(**{n: p.filter(pl.col("metric").is_in(list(metrics))) for n, p in parts.items()})


def _check_tombstone(opened: Opened, allowed: Path | None) -> list[Difference]:
    """A tombstone must be sealed as its publication is, or anybody could excuse what is missing."""
    if opened.tombstone is None:
        return []
    found = check_seal(opened.folder, tombstone.NAME, tombstone.CHECKSUM)
    unsigned, words = check_signature(opened.folder, allowed, name=tombstone.NAME, signature=tombstone.SIGNATURE)
    if words == "not signed" and (opened.folder / SIGNATURE).is_file() and not unsigned:
        unsigned = [Difference("tombstone", tombstone.NAME, "is not signed, although the publication is")]
    return [*found, *unsigned]


def _forgotten(opened: Opened) -> list[str]:
    try:
        return opened.tombstone.words if opened.tombstone else []
    except (ValueError, KeyError, TypeError):
        return []


def _guarded(part: str, check: Callable[[], list[Difference]]) -> list[Difference]:
    """What a tampered file does to its reader is not foreseeable; whatever it is, it is a difference."""
    try:
        return check()
    except (Exception, PanicException) as error:
        first = (str(error).splitlines() or [""])[0]
        return [Difference(part, "could not be checked", f"{type(error).__name__}: {first}")]


def _notes(opened: Opened) -> list[str]:
    """Estimators are code: figures of another build may differ though nobody tampered with anything."""
    versions = opened.manifest.get("versions", {})
    made, here = versions.get("reportmetrics"), metadata.version("reportmetrics")
    if made != here:
        return [f"made by reportmetrics {made}, recomputed by the estimators of {here}"]
    if versions.get("build") != build():
        return [f"made by another build of reportmetrics {made} ({versions.get('build')}; this one is {build()})"]
    return []
