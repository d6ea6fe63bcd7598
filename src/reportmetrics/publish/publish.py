"""Publishing: results become an immutable folder ``<as_of>-r<N>``, built beside its place and renamed into it.

``publish`` does all of it for one date. Whoever makes several side by side calls its three parts: ``plan`` decides what
the publication is called and compared with, ``build`` writes it, ``release`` makes it visible.

Belongs here: the order of the steps. Not here: pages (``site``), exports, audit folder, manifest, each in its own file.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportmetrics.clock import now_utc
from reportmetrics.current import today
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

Compare = Callable[[history.Entry, str], "Changes | str"]
"""What changed from a publication to the one of a name, or why that is not known."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is decided of a publication before it is built. ``others`` are those that there are then, newest first."""

    name: str
    as_of: dt.date
    inputs: dict[str, Any]
    others: tuple[history.Entry, ...]


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

    ``compare`` is given the publication before and the name of this one, where there is one before.
    ``watched`` is what the run knows of its checks; left out, the page on data quality shows only those of ``checks``.
    ``now`` (naive UTC, default: the clock) is recorded in the manifest only. One publisher works at a time; a second
    one waits. Raises ``OSError`` when the folder cannot be written; nothing half-made is then visible.
    """
    with only_publisher(settings.publications):
        planned = plan(settings, profile, snapshot, catalogue, engine_name=engine_name)
        if isinstance(planned, Publication):
            _lead_to_newest(settings.publications, profile)
            return planned
        building = build(
            settings,
            profile,
            planned,
            snapshot,
            catalogue,
            results,
            checks=checks,
            compare=compare,
            watched=watched or Watched(checks),
            now=now,
            track=track,
        )
        return release(settings, profile, planned, building)


def plan(
    settings: Settings,
    profile: Profile,
    snapshot: Snapshot,
    catalogue: Catalogue,
    *,
    engine_name: str,
    drafts: Sequence[history.Entry] = (),
) -> Plan | Publication:
    """What a publication will be, or the one that was made from the same inputs.

    ``drafts`` are publications of earlier dates that are being made. Only the holder of ``only_publisher`` may ask.
    """
    publications, as_of = settings.publications, snapshot.as_of
    inputs = describe_inputs(profile, snapshot, catalogue, dashboards=dashboards_folder(), engine_name=engine_name)
    known = _made_from(publications, as_of, inputs_digest(inputs))
    if known:
        return _publication(known, new=False)
    name = f"{as_of.isoformat()}-r{history.next_revision(publications, as_of)}"
    return Plan(name, as_of, inputs, tuple(history.entries(publications, drafts)))


def build(
    settings: Settings,
    profile: Profile,
    planned: Plan,
    snapshot: Snapshot,
    catalogue: Catalogue,
    results: Results,
    *,
    checks: list[CheckResult],
    watched: Watched,
    compare: Compare | None = None,
    wait_for: Callable[[history.Entry], None] | None = None,
    now: dt.datetime | None = None,
    track: Track = silent,
) -> Path:
    """Write all files of a publication into a folder that nobody looks at yet. Raises ``OSError``, and leaves nothing.

    ``wait_for`` returns when a publication that was a draft is there: pages link to those of the dates before.
    """
    before = history.entry_before(planned.others, planned.as_of)
    edition = Edition(
        profile,
        catalogue,
        Figures(results),
        planned.as_of,
        planned.name,
        tuple(history.past_editions(planned.others, planned.as_of)),
        before.name if before else "",
        compare(before, planned.name) if before and compare else "",
        read_quality(snapshot.folder, watched),
    )
    building = settings.publications / f"{_BUILDING}{uuid.uuid4().hex}"
    try:
        _write(building, edition, planned, snapshot, results, checks, wait_for=wait_for, now=now, track=track)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return building


def release(settings: Settings, profile: Profile, planned: Plan, building: Path) -> Publication:
    """Put what was built into its place and let ``latest`` name the newest. Publications of a run in order of dates."""
    publications = settings.publications
    try:
        building.rename(publications / planned.name)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    _lead_to_newest(publications, profile, changed=True)
    return _publication(publications / planned.name, new=True)


def _lead_to_newest(publications: Path, profile: Profile, *, changed: bool = False) -> None:
    """Make ``latest`` and the list of all lead to the newest, where that has ``changed`` or they lead elsewhere."""
    known = history.not_ahead(history.entries(publications), today(profile))
    listed = [(e.name, history.link_to(e.name)) for e in known]
    if changed or history.pointed_to(publications) != known[0].name or history.listed(publications) != listed:
        history.point_to_newest(publications, known, render_index(profile, known))


def _write(
    folder: Path,
    edition: Edition,
    planned: Plan,
    snapshot: Snapshot,
    results: Results,
    checks: list[CheckResult],
    *,
    wait_for: Callable[[history.Entry], None] | None,
    now: dt.datetime | None,
    track: Track,
) -> None:
    marking = edition.profile.mission.marking
    moment = now or now_utc()
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
    earlier = history.dates_before(planned.others, planned.as_of)[:2]
    write_site(folder, edition, earlier=earlier, wait_for=wait_for, track=track)
    write_audit(folder / "audit", snapshot, edition.catalogue, checks, sql=sql_folder(), profile=edition.profile)
    write_manifest(folder, edition.name, planned.inputs, edition.catalogue, marking=marking, now=moment)
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
def only_publisher(publications: Path) -> Iterator[None]:
    """Hold the lock of the folder; what a killed publisher left half-built is then nobody's, and removed."""
    publications.mkdir(parents=True, exist_ok=True)
    with (publications / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in publications.glob(f"{_BUILDING}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield
