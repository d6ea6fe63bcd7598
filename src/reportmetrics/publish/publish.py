"""Publishing: results become an immutable folder ``<as_of>-r<N>``, built beside its place and renamed into it.

Belongs here: the order of the steps. Not here: pages (``site``), exports, audit folder, manifest, each in its own file.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportmetrics.profile.load import Profile
from reportmetrics.progress import Track, silent
from reportmetrics.publish import history
from reportmetrics.publish.audit_folder import write_audit
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.exports import write_exports
from reportmetrics.publish.figures import Figures
from reportmetrics.publish.files import write_protect
from reportmetrics.publish.manifest import describe_inputs, inputs_digest, read_manifest, write_manifest
from reportmetrics.publish.quality import Watched, read_quality
from reportmetrics.publish.request_events import request_events
from reportmetrics.publish.seal import seal
from reportmetrics.publish.site import render_index, write_site
from reportmetrics.settings import Settings, dashboards_folder, signing_key_from_environment, sql_folder

if TYPE_CHECKING:
    from reportmetrics.audit.changes import Changes
    from reportmetrics.metrics.catalogue import Catalogue
    from reportmetrics.metrics.results import Results
    from reportmetrics.validation.run import CheckResult
    from reportmetrics.warehouse.snapshot import Snapshot

_BUILDING = ".building-"

Compare = Callable[[Path, str], "Changes | str"]
"""What changed from the publication in a folder to the one of a name, or why that is not known."""


@dataclass(frozen=True, slots=True)
class Publication:
    """A publication. ``index`` is the page to open; ``new`` is false when the same inputs were published before."""

    folder: Path
    index: Path
    name: str
    new: bool

    def address(self, page: Path, shown_at: str | None) -> str:
        """Link to a page: below ``shown_at``, the address of all publications, else to the file.

        A browser follows no link from a page of a web server to a file of this machine.
        """
        return f"{shown_at}{self.name}/site/{page.name}" if shown_at else page.as_uri()


def publish(
    settings: Settings,
    profile: Profile,
    snapshot: Snapshot,
    catalogue: Catalogue,
    results: Results,
    *,
    checks: list[CheckResult],
    engine_name: str = "duckdb",
    compare: Compare | None = None,
    watched: Watched | None = None,
    now: dt.datetime | None = None,
    track: Track = silent,
) -> Publication:
    """Write a publication of ``results``, or return the one that was made from the same inputs.

    ``compare`` is given the folder of the publication before and the name of this one, where there is one before.
    ``watched`` is what the run knows of its checks; left out, the page on data quality shows only those of ``checks``.
    ``now`` (naive UTC, default: the clock) is recorded in the manifest only. One publisher works at a time; a second
    one waits. Raises ``OSError`` when the folder cannot be written; nothing half-made is then visible.
    """
    publications = settings.publications
    publications.mkdir(parents=True, exist_ok=True)
    inputs = describe_inputs(profile, snapshot, catalogue, dashboards=dashboards_folder(), engine_name=engine_name)
    with _only_publisher(publications):
        known = _made_from(publications, snapshot.as_of, inputs_digest(inputs))
        if known:
            return _publication(known, new=False)
        revision = history.next_revision(publications, snapshot.as_of)
        name = f"{snapshot.as_of.isoformat()}-r{revision}"
        before = history.entry_before(publications, snapshot.as_of)
        edition = Edition(
            profile,
            catalogue,
            Figures(results),
            snapshot.as_of,
            name,
            tuple(history.past_editions(publications, snapshot.as_of)),
            before.name if before else "",
            compare(before.folder, name) if before and compare else "",
            read_quality(snapshot.folder, watched or Watched(checks)),
        )
        building = publications / f"{_BUILDING}{uuid.uuid4().hex}"
        try:
            _build(building, edition, snapshot, results, checks, inputs, now=now, track=track)
            building.rename(publications / name)
        finally:
            shutil.rmtree(building, ignore_errors=True)
        known_now = history.entries(publications)
        history.point_to_newest(publications, known_now, render_index(profile, known_now))
    return _publication(publications / name, new=True)


def _build(
    folder: Path,
    edition: Edition,
    snapshot: Snapshot,
    results: Results,
    checks: list[CheckResult],
    inputs: dict[str, Any],
    *,
    now: dt.datetime | None,
    track: Track,
) -> None:
    marking = edition.profile.mission.marking
    moment = now or dt.datetime.now(dt.UTC).replace(tzinfo=None)
    folder.mkdir()
    title = f"{edition.profile.mission.name}, state at {edition.as_of.isoformat()}"
    write_exports(
        folder / "exports",
        results,
        events=request_events(snapshot.folder),
        marking=marking,
        title=title,
        created=moment.isoformat("T", "seconds"),
    )
    write_site(folder, edition, track=track)
    write_audit(folder / "audit", snapshot, edition.catalogue, checks, sql=sql_folder(), profile=edition.profile)
    write_manifest(folder, edition.name, inputs, edition.catalogue, marking=marking, now=moment)
    seal(folder, key=signing_key_from_environment())
    write_protect(folder)


def _made_from(publications: Path, as_of: dt.date, digest: str) -> Path | None:
    """The newest publication of this date, if it was made from these inputs.

    An older revision does not count: after A, B, A the third is a new one, or ``latest`` would name the wrong state.
    """
    newest = next((e for e in history.entries(publications) if e.as_of == as_of), None)
    if newest and read_manifest(newest.folder)["inputs_digest"] == digest:
        return newest.folder
    return None


def _publication(folder: Path, *, new: bool) -> Publication:
    return Publication(folder, folder / "site" / "index.html", folder.name, new)


@contextlib.contextmanager
def _only_publisher(publications: Path) -> Iterator[None]:
    """Hold the lock of the folder; what a killed publisher left half-built is then nobody's, and removed."""
    with (publications / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in publications.glob(f"{_BUILDING}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield
