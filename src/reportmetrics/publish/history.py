"""Publications side by side: names, the newest, the list of all, figures of earlier ones.

Belongs here: what concerns several publications. Not here: the content of one.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import polars as pl

from reportmetrics.metrics.results import LISTING_SCHEMA, SERIES_SCHEMA, Results
from reportmetrics.publish.edition import PastEdition
from reportmetrics.publish.figures import Figures
from reportmetrics.publish.files import replace_text

_NAME = re.compile(r"^(\d{4}-\d{2}-\d{2})-r(\d+)$")
_LISTED = re.compile(r'<a href="([^"]*)" data-publication="([^"]*)"')
WEEKS = 13


@dataclass(frozen=True, slots=True)
class Draft:
    """Folders in which the results and the snapshot of a publication lie that is being made."""

    results: Path
    snapshot: Path


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A publication that is there, or (``draft``) will be in ``folder``. Orders by date, then by revision."""

    as_of: dt.date
    revision: int
    folder: Path
    draft: Draft | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """Name of its folder."""
        return self.folder.name

    @property
    def figures(self) -> Path:
        """Its figures, as Parquet."""
        return (self.draft.results if self.draft else self.folder / "exports") / "figures.parquet"

    @property
    def there(self) -> bool:
        """Whether it is published, which makes it whole."""
        return (self.folder / "manifest.json").is_file()


def entries(publications: Path, drafts: Sequence[Entry] = ()) -> list[Entry]:
    """All publications and ``drafts``, newest first; a draft counts as one also once it is published."""
    found = list(drafts)
    drafted = {draft.folder for draft in drafts}
    for folder in publications.iterdir() if publications.is_dir() else ():
        match = _NAME.match(folder.name)
        if match and folder not in drafted:
            entry = Entry(dt.date.fromisoformat(match[1]), int(match[2]), folder)
            found += [entry] if entry.there else []
    return sorted(found, reverse=True)


def next_revision(publications: Path, as_of: dt.date) -> int:
    """Number of the next publication for a date; numbers of folders without manifest are not used again."""
    matches = (_NAME.match(p.name) for p in publications.iterdir()) if publications.is_dir() else ()
    return 1 + max((int(m[2]) for m in matches if m and m[1] == as_of.isoformat()), default=0)


def unsealed(publications: Path) -> list[str]:
    """Folders named as publications are that have no manifest: what is published has one from its first moment."""
    folders = publications.iterdir() if publications.is_dir() else ()
    return sorted(f.name for f in folders if _NAME.match(f.name) and not (f / "manifest.json").is_file())


def latest_by_date(all_entries: Sequence[Entry]) -> list[Entry]:
    """The last revision of each date, newest first."""
    seen: dict[dt.date, Entry] = {}
    for entry in all_entries:
        seen.setdefault(entry.as_of, entry)
    return list(seen.values())


def entry_before(all_entries: Sequence[Entry], as_of: dt.date) -> Entry | None:
    """The newest publication of this date or an earlier one; None where the next one will be the first."""
    return next((e for e in all_entries if e.as_of <= as_of), None)


def dates_before(all_entries: Sequence[Entry], as_of: dt.date) -> list[Entry]:
    """The last revision of each date before ``as_of``, newest first."""
    return [e for e in latest_by_date(all_entries) if e.as_of < as_of]


def past_editions(all_entries: Sequence[Entry], as_of: dt.date, *, limit: int = WEEKS) -> list[PastEdition]:
    """The last revisions of the dates before ``as_of``, newest first, with their figures."""
    return [PastEdition(e.name, e.as_of, _figures(e, _written_at(e))) for e in dates_before(all_entries, as_of)[:limit]]


def published_snapshot(publications: Path, as_of: dt.date) -> Path | None:
    """The snapshot in the newest publication up to ``as_of``, None where there is none."""
    folders = (e.folder / "audit" / "snapshot" for e in entries(publications) if e.as_of <= as_of)
    return next((f for f in folders if f.is_dir()), None)


def not_ahead(all_entries: Sequence[Entry], today: dt.date) -> list[Entry]:
    """Those of dates up to today; all where there are no others.

    A clock that was ahead may have let a later date be published: nothing is to lead to it until it comes.
    """
    return [e for e in all_entries if e.as_of <= today] or list(all_entries)


def pointed_to(publications: Path) -> str:
    """The publication that ``latest`` names; empty where there is no such file."""
    pointer = publications / "latest"
    return pointer.read_text(encoding="utf-8").strip() if pointer.is_file() else ""


def listed(publications: Path) -> list[tuple[str, str]] | None:
    """Name and link of each publication in the list of all; None where there is no list."""
    page = publications / "index.html"
    if not page.is_file():
        return None
    return [(m[2], m[1]) for m in _LISTED.finditer(page.read_text(encoding="utf-8", errors="replace"))]


def link_to(name: str) -> str:
    """The link to a publication in the list of all."""
    return f"{name}/site/index.html"


def point_to_newest(publications: Path, all_entries: list[Entry], index_html: str) -> None:
    """Make ``latest`` name the newest publication and replace the list of all; each file is replaced as a whole.

    The newest is the one of the latest date, not the one made last: past dates may be published at any time.
    """
    replace_text(publications / "index.html", index_html)
    replace_text(publications / "latest", all_entries[0].name + "\n")


def _written_at(entry: Entry) -> int:
    """When a publication was made: tells it from another one that took its folder's name."""
    return (entry.figures if entry.draft else entry.folder / "manifest.json").stat().st_mtime_ns


@lru_cache(maxsize=2 * WEEKS)
def _figures(entry: Entry, _written: int) -> Figures:
    """Figures of a publication, which never change: a run of many dates reads each of them once."""
    figures = pl.read_parquet(entry.figures)
    return Figures(Results(figures, pl.DataFrame(schema=SERIES_SCHEMA), pl.DataFrame(schema=LISTING_SCHEMA)))
