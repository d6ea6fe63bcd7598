"""The archive: received files by content hash, never changed, each delivery described by a sidecar.

``<sha256>`` holds the bytes. ``<sha256>.<identity>.json`` holds what is not in the bytes: source, original name, facts
of the name, arrival. Identical bytes with another source or other facts (two units may send identical nil returns) are
a delivery of their own and get a sidecar of their own. The warehouse can be rebuilt from this folder.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from reportmetrics.ingest.landing import Found


@dataclass(frozen=True, slots=True)
class Kept:
    """A delivery in the archive. ``identity`` names what counts once: source, facts of the name, content."""

    found: Found
    sha256: str
    identity: str
    path: Path
    arrived_at: dt.datetime


class StillChangingError(Exception):
    """The file changed while it was copied: it is left for the next run."""


def identity(source: str, facts: dict[str, str] | None, sha256: str) -> str:
    """Hash of what counts once."""
    text = json.dumps([source, facts, sha256], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def fingerprint(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keep(found: Found, sha256: str, archive: Path, now: dt.datetime) -> Kept:
    """Copy a file to the archive, unless it is there, and describe the delivery. Raises ``StillChangingError``."""
    archive.mkdir(parents=True, exist_ok=True)
    target = archive / sha256
    if not target.exists() or target.stat().st_size != found.size:
        scratch = archive / f".{sha256}.{os.getpid()}"
        shutil.copyfile(found.path, scratch)
        if fingerprint(scratch) != sha256:
            scratch.unlink()
            raise StillChangingError(found.name)
        scratch.chmod(0o440)
        scratch.replace(target)
    name = identity(found.source.source, found.facts, sha256)
    sidecar = archive / f"{sha256}.{name[:12]}.json"
    if sidecar.exists():
        # Copied by a run that stopped before it had stored the rows: the arrival is that of then.
        arrived = dt.datetime.fromisoformat(json.loads(sidecar.read_text())["arrived_at"])
        return Kept(found, sha256, name, target, arrived)
    said = {
        "source": found.source.source,
        "original_name": found.name,
        "facts": found.facts,
        "arrived_at": now.isoformat(),
        "sha256": sha256,
        "bytes": found.size,
    }
    scratch = archive / f".{sidecar.name}.{os.getpid()}"
    scratch.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n")
    scratch.replace(sidecar)
    return Kept(found, sha256, name, target, now)
