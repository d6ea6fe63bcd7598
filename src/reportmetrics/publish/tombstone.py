"""``tombstone.json``: what was taken out of a publication after it was made, because somebody's data had to go.

The manifest and its seal stay as they were: they say what was published. The tombstone says which files of ``audit/``
were written again without some rows, with the hash that each has now; it is sealed (and signed) as the manifest is. So
an examiner can tell what was forgotten from what was tampered with.

Belongs here: writing and reading tombstones. Not here: which rows go (``upkeep``), judging (``audit``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportmetrics.publish.files import digest_of, replace_text, sha256
from reportmetrics.publish.manifest import read_manifest
from reportmetrics.publish.seal import seal_file

NAME = "tombstone.json"
CHECKSUM = "tombstone.sha256"
SIGNATURE = f"{NAME}.sig"
MAY_CHANGE = ("audit/snapshot/", "audit/ledger.csv")
"""What a tombstone can account for: rows of the snapshot and the ledger's text. Never a figure, never a page."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """``said`` is the JSON: ``entries`` (at, reason, rows by table), ``files`` (hash then and now), ``snapshot``."""

    said: dict[str, Any]

    @property
    def files(self) -> dict[str, dict[str, Any]]:
        """Path -> ``was`` (SHA-256 in the manifest), ``sha256`` and ``bytes`` now."""
        return dict(self.said["files"])

    @property
    def snapshot(self) -> str:
        """Digest of the snapshot as it is now."""
        return str(self.said["snapshot"])

    @property
    def tables(self) -> set[str]:
        """Tables that lack rows."""
        return {table for entry in self.said["entries"] for table in entry["rows"]}

    @property
    def words(self) -> list[str]:
        """What was forgotten, one line for each time."""
        return [
            f"rows were forgotten on {e['at'][:10]} ({e['reason']}): "
            + (", ".join(f"{n} of {t}" for t, n in sorted(e["rows"].items())) or "only the name of a file")
            for e in self.said["entries"]
        ]


def read_tombstone(publication: Path) -> Tombstone | None:
    """The tombstone of a publication; None where nothing was forgotten. Raises ``ValueError`` where it is broken."""
    path = publication / NAME
    return Tombstone(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


def write_tombstone(
    publication: Path,
    changed: list[str],
    rows: dict[str, int],
    *,
    at: str,
    reason: str,
    key: Path | None,
    again: bool = False,
) -> None:
    """Add an entry for the files in ``changed`` (paths below the publication), and seal the tombstone.

    ``again`` puts it in the place of the one of the same time: the same was begun before, and stopped.
    """
    listed = read_manifest(publication)["files"]
    before = read_tombstone(publication)
    said: dict[str, Any] = (
        before.said if before else {"format": 1, "publication": publication.name, "entries": [], "files": {}}
    )
    if again:
        said["entries"] = [e for e in said["entries"] if e["at"] != at]
    said["entries"].append({"at": at, "reason": reason, "rows": rows})
    for name in changed:
        path = publication / name
        said["files"][name] = {"was": listed[name]["sha256"], "sha256": sha256(path), "bytes": path.stat().st_size}
    said["snapshot"] = digest_of(publication / "audit" / "snapshot")
    replace_text(publication / NAME, json.dumps(said, indent=2, sort_keys=True, ensure_ascii=False) + "\n")
    seal_file(publication / NAME, publication / CHECKSUM, key=key)
    for name in (NAME, CHECKSUM, SIGNATURE):
        if (publication / name).exists():
            (publication / name).chmod(0o444)
