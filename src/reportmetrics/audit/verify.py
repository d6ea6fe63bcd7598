"""Whether a publication is whole, and every figure comes out of its own snapshot by its own definitions.

Belongs here: the order of the checks and the verdict. Not here: each check (``contents``, ``books``, ``differences``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from polars.exceptions import PanicException

from reportmetrics.audit.books import check_exports, check_ledger, check_rows
from reportmetrics.audit.contents import check_definitions, check_files, check_manifest, check_seal
from reportmetrics.audit.differences import Difference, compare_results
from reportmetrics.audit.opened import AuditError, Opened
from reportmetrics.audit.signature import check_signature
from reportmetrics.metrics.run import compute
from reportmetrics.progress import Track, silent


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
    differences += _guarded("files", lambda: check_files(opened))
    checked = [f"{files} files"]
    if recompute:
        checks: dict[str, Callable[[], list[Difference]]] = {
            "manifest": lambda: check_manifest(opened),
            "definitions": lambda: check_definitions(opened),
            "ledger": lambda: check_ledger(opened),
            "snapshot": lambda: check_rows(opened),
            "exports": lambda: check_exports(opened),
            "figures": lambda: _recompute(opened, checked, track),
        }
        for name, check in checks.items():
            differences += _guarded(name, check)
    return Verdict(opened.name, differences, checked, [words, *_notes(opened)])


def _recompute(opened: Opened, checked: list[str], track: Track) -> list[Difference]:
    with opened.engine() as engine:
        again = compute(opened.catalogue, engine, as_of=opened.as_of, track=track)
    published = opened.results
    checked += [
        f"{len(opened.catalogue.metrics)} definitions",
        f"{published.figures.height:,} figures, {published.series.height:,} points of curves and "
        f"{published.listings.height:,} listed rows recomputed",
    ]
    return compare_results(published, again)


def _guarded(part: str, check: Callable[[], list[Difference]]) -> list[Difference]:
    """What a tampered file does to its reader is not foreseeable; whatever it is, it is a difference."""
    try:
        return check()
    except (Exception, PanicException) as error:
        first = (str(error).splitlines() or [""])[0]
        return [Difference(part, "could not be checked", f"{type(error).__name__}: {first}")]


def _notes(opened: Opened) -> list[str]:
    made = opened.manifest.get("versions", {}).get("reportmetrics")
    here = metadata.version("reportmetrics")
    if made == here:
        return []
    return [f"made by reportmetrics {made}, recomputed by the estimators of {here}"]
