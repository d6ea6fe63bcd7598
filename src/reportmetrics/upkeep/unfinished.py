"""What a forgetting that was stopped has left to do: a file in the home, written before the first change.

It names nobody: pseudonyms, hashes, rows. Giving the same order again, or another one, goes on from it and removes it
at the end. (Another one too: the archive may lack two files, and a rebuild needs that both are forgotten.)

Belongs here: that file. Not here: what is to go (``plan``), making it go (``forget``).
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from reportmetrics.settings import Settings
from reportmetrics.upkeep.redaction import Wanted

NAME = "forgetting.json"
Rows = list[tuple[str | None, list[int]]]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """``again`` holds what can be given to go on, ``asked`` keyed hashes of what was given, ``at`` is when it began.

    ``files`` and ``rows`` name sidecars; ``publications`` maps folders to the rows that they were to lose.
    """

    again: list[str]
    asked: list[str]
    at: str
    reason: str
    files: list[str]
    rows: dict[str, Rows]
    publications: dict[str, dict[str, int]]
    wanted: Wanted

    def is_meant(self, named: str, asked: str) -> bool:
        """Whether an order is one of these: as it was given then, or by pseudonym or hash."""
        hashes = tuple(each for each in self.again if not each.startswith("p-"))
        return asked in self.asked or named in self.again or (bool(hashes) and named.startswith(hashes))

    @property
    def words(self) -> str:
        """What was begun, and when."""
        return f"{' and '.join(self.again)}, begun on {self.at[:10]} and stopped"

    @property
    def command(self) -> str:
        """What to do."""
        return f"reportmetrics forget {self.again[0]} --carry-out"


def read_unfinished(settings: Settings) -> Unfinished | None:
    """None where nothing is unfinished."""
    path = settings.home / NAME
    if not path.is_file():
        return None
    said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    wanted = said.pop("wanted")
    return Unfinished(
        wanted=Wanted(
            deliveries=frozenset(wanted["deliveries"]),
            people=frozenset(wanted["people"]),
            places=frozenset((seq, row) for seq, row in wanted["places"]),
            rows=frozenset((table, seq, row) for table, seq, row in wanted["rows"]),
            records=frozenset((table, key) for table, key in wanted.get("records", ())),
        ),
        **said,
    )


def note(settings: Settings, what: Unfinished) -> None:
    """Write it down, on the disk, readable by the owner only."""
    wanted = what.wanted
    said = asdict(what) | {
        "wanted": {
            "deliveries": sorted(wanted.deliveries),
            "people": sorted(wanted.people),
            "places": sorted(wanted.places),
            "rows": sorted(wanted.rows),
            "records": sorted(wanted.records),
        }
    }
    path = settings.home / NAME
    scratch = path.with_suffix(".fresh")
    scratch.unlink(missing_ok=True)
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(said, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)


def finished(settings: Settings) -> None:
    """Nothing is left to do."""
    path: Path = settings.home / NAME
    path.unlink(missing_ok=True)
