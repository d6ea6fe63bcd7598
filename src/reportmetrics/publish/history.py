"""Publications side by side: names, the newest, the list of all, figures of earlier ones.

Belongs here: what concerns several publications. Not here: the content of one.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import polars as pl

from reportmetrics.metrics.results import LISTING_SCHEMA, SERIES_SCHEMA, Results
from reportmetrics.publish.edition import PastEdition
from reportmetrics.publish.figures import Figures
from reportmetrics.publish.files import replace_text

_NAME = re.compile(r"^(\d{4}-\d{2}-\d{2})-r(\d+)$")
WEEKS = 13


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A publication that is there. Orders by date, then by revision."""

    as_of: dt.date
    revision: int
    folder: Path

    @property
    def name(self) -> str:
        """Name of its folder."""
        return self.folder.name


def entries(publications: Path) -> list[Entry]:
    """All publications, newest first."""
    found = []
    for folder in publications.iterdir() if publications.is_dir() else ():
        match = _NAME.match(folder.name)
        if match and (folder / "manifest.json").is_file():
            found.append(Entry(dt.date.fromisoformat(match[1]), int(match[2]), folder))
    return sorted(found, reverse=True)


def next_revision(publications: Path, as_of: dt.date) -> int:
    """Number of the next publication for a date; numbers of folders without manifest are not used again."""
    matches = (_NAME.match(p.name) for p in publications.iterdir()) if publications.is_dir() else ()
    return 1 + max((int(m[2]) for m in matches if m and m[1] == as_of.isoformat()), default=0)


def latest_by_date(all_entries: list[Entry]) -> list[Entry]:
    """The last revision of each date, newest first."""
    seen: dict[dt.date, Entry] = {}
    for entry in all_entries:
        seen.setdefault(entry.as_of, entry)
    return list(seen.values())


def entry_before(publications: Path, as_of: dt.date) -> Entry | None:
    """The newest publication of this date or an earlier one; None where the next one will be the first."""
    return next((e for e in entries(publications) if e.as_of <= as_of), None)


def past_editions(publications: Path, as_of: dt.date, *, limit: int = WEEKS) -> list[PastEdition]:
    """The last revisions of the dates before ``as_of``, newest first, with their figures."""
    before = [e for e in latest_by_date(entries(publications)) if e.as_of < as_of][:limit]
    return [PastEdition(e.name, e.as_of, _figures(e.folder, _written_at(e.folder))) for e in before]


def published_snapshot(publications: Path, as_of: dt.date) -> Path | None:
    """The snapshot in the newest publication up to ``as_of``, None where there is none."""
    folders = (e.folder / "audit" / "snapshot" for e in entries(publications) if e.as_of <= as_of)
    return next((f for f in folders if f.is_dir()), None)


def point_to_newest(publications: Path, all_entries: list[Entry], index_html: str) -> None:
    """Make ``latest`` name the newest publication and replace the list of all; each file is replaced as a whole.

    The newest is the one of the latest date, not the one made last: past dates may be published at any time.
    """
    replace_text(publications / "index.html", index_html)
    replace_text(publications / "latest", all_entries[0].name + "\n")


def _written_at(folder: Path) -> int:
    """When the manifest was written: tells a publication from another one that took its folder's name."""
    return (folder / "manifest.json").stat().st_mtime_ns


@lru_cache(maxsize=2 * WEEKS)
def _figures(folder: Path, _written: int) -> Figures:
    """Figures of a publication, which never change: a run of many dates reads each of them once."""
    figures = pl.read_parquet(folder / "exports" / "figures.parquet")
    return Figures(Results(figures, pl.DataFrame(schema=SERIES_SCHEMA), pl.DataFrame(schema=LISTING_SCHEMA)))
