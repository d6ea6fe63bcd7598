"""Whether something new lies in the landing folder, asked often and cheaply.

Belongs here: comparing the folder with how it was at the last look. Not here: taking files in (``run``).

A look at ten thousand files costs ten thousand ``stat`` calls and no reading: a file is read, for its hash, once it is
there with the size and time of change that it had at the look before. No clock is asked, so that one that jumps, here
or at the sender, neither hides a file nor makes one look finished. What the last look saw is kept in a file below
``staging``; losing it costs one more look.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reportmetrics.ingest.landing import list_files
from reportmetrics.ingest.within import fingerprint_within
from reportmetrics.publish.files import replace_text

MEMORY = "landing_seen.json"

Glimpse = tuple[int, int, str]
"""Size, time of change (ns) and, once the file held still, its hash."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """``content`` identifies what lies there, held still and read: the same names and bytes, the same text.

    ``files`` are counted in it; ``waiting`` were still changing, or were not there at the look before.
    """

    content: str
    files: int
    waiting: int


def look_again(landing: Path, staging: Path) -> Arrivals:
    """Compare the landing folder with the last look, and remember this one. Raises ``LandingError`` as listing does."""
    known = _remembered(staging / MEMORY)
    now = {
        name: _glimpse(landing, name, (size, modified), known.get(name))
        for at in list_files(landing)
        for name, size, modified in zip(at.names, at.sizes, at.times, strict=True)
    }
    if now != known:
        staging.mkdir(parents=True, exist_ok=True)
        replace_text(staging / MEMORY, json.dumps(now, ensure_ascii=False))
    still = sorted((name, glimpse[2]) for name, glimpse in now.items() if glimpse[2])
    digest = hashlib.sha256("\n".join(f"{h} {name}" for name, h in still).encode()).hexdigest()
    return Arrivals(digest[:32], len(still), len(now) - len(still))


def _glimpse(landing: Path, name: str, asked: tuple[int, int], before: Glimpse | None) -> Glimpse:
    """How a file looks now, with its hash once it held still; without one where it cannot be read."""
    if before is None or before[:2] != asked:
        return (*asked, "")
    try:
        return (*asked, before[2] or fingerprint_within(landing, name))
    except OSError:  # gone, a link, or not to be read, since it was listed
        return (*asked, "")


def _remembered(path: Path) -> Mapping[str, Glimpse]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {name: (int(g[0]), int(g[1]), str(g[2])) for name, g in found.items()}
    except (OSError, ValueError, LookupError, TypeError):
        return {}
