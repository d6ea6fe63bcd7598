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
import uuid
from dataclasses import dataclass, replace
from pathlib import Path

from reportmetrics.ingest.landing import Found
from reportmetrics.ingest.sidecars import CHECK, INCOMING, Sidecar, check_of, read_sidecar, write_sidecar
from reportmetrics.ingest.within import open_within

AGAIN = "(again)"
"""Fact of a file that holds again what it held before something else: how many times it does. No group is called so."""
_COPY_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """A delivery in the archive. ``identity`` names what counts once: source, facts of the name, content.

    ``sent`` is the hash of what was sent, where rows of it were forgotten since; else None.
    """

    found: Found
    sha256: str
    identity: str
    path: Path
    arrived_at: dt.datetime
    sent: str | None = None


class StillChangingError(Exception):
    """The file changed while it was copied: it is left for the next run."""


class CannotReadError(Exception):
    """The file cannot be opened; ``why`` is the system's reason."""

    def __init__(self, name: str, why: OSError) -> None:
        super().__init__(name)
        self.why = why


def identity(source: str, facts: dict[str, str] | None, sha256: str) -> str:
    """Hash of what counts once."""
    text = json.dumps([source, facts, sha256], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def identities(source: str, facts: str | None, sha256: str) -> list[str]:
    """Identities that a delivery of the ledger may have: its ``facts`` tell none apart from a name that did not fit."""
    return [identity(source, each, sha256) for each in ([json.loads(facts)] if facts else [{}, None])]


def contradiction(sidecar: Sidecar) -> str | None:
    """How a sidecar that was altered since it was written contradicts itself; None for a sound one.

    It tells damage and slips. Whoever makes the check anew is found out by the ledger only (``upkeep.fsck``).
    """
    said = sidecar.said
    if CHECK in said and said[CHECK] != check_of(said):
        return "what it says is not what was written"
    if sidecar.path.stem != f"{sidecar.sha256}.{said['identity'][:12]}":
        return "its name is not that of what it says"
    if sidecar.forgotten is None and said["identity"] != identity(
        sidecar.source, said.get("facts"), sidecar.sent or sidecar.sha256
    ):
        return "its source, facts and hash do not make its identity"
    return None


def fingerprint(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Received:
    """A copy of a file, made in the archive's folder, under a name of its own until it is kept or discarded."""

    found: Found
    sha256: str
    scratch: Path

    @property
    def identity(self) -> str:
        """What counts once."""
        return identity(self.found.source.source, self.found.facts, self.sha256)

    def again(self, times: int) -> Received:
        """The same as a delivery of its own, which holds this content for the second, third ... time."""
        facts = {**(self.found.facts or {}), AGAIN: str(times)}
        return replace(self, found=replace(self.found, facts=facts))


def receive(found: Found, archive: Path, *, landing: Path | None = None) -> Received:
    """Copy a file and hash what is copied, in one go.

    One of the folder ``landing`` is opened without following a link, also one that was not there when it was listed.
    Raises ``StillChangingError`` and ``CannotReadError``; then nothing is left.
    """
    (archive / INCOMING).mkdir(parents=True, exist_ok=True)
    scratch = archive / INCOMING / uuid.uuid4().hex
    digest = hashlib.sha256()
    try:
        opened = open_within(landing, found.name) if landing else found.path.open("rb")
    except OSError as error:
        raise CannotReadError(found.name, error) from error
    with opened as file, scratch.open("wb") as copy:
        while some := file.read(_COPY_BYTES):
            digest.update(some)
            copy.write(some)
        after = os.fstat(file.fileno())
    if (after.st_size, after.st_mtime_ns) != (found.size, found.modified_ns):
        scratch.unlink()
        raise StillChangingError(found.name)
    return Received(found, digest.hexdigest(), scratch)


def clear_incoming(archive: Path) -> None:
    """Remove copies, and sidecars half written, that a run which was stopped has left.

    Only whoever holds the warehouse, or is alone in the home, may call this.
    """
    shutil.rmtree(archive / INCOMING, ignore_errors=True)


def keep(received: Received, archive: Path, now: dt.datetime) -> Kept:
    """Give a copy its place in the archive, unless the content is there, and describe the delivery.

    What is there is read again: bytes that were altered since are replaced by those that have come.
    """
    found, sha256 = received.found, received.sha256
    target = archive / sha256
    if target.exists() and target.stat().st_size == found.size and fingerprint(target) == sha256:
        received.scratch.unlink()
    else:
        received.scratch.chmod(0o440)
        received.scratch.replace(target)
    name = received.identity
    path = archive / f"{sha256}.{name[:12]}.json"
    if path.exists():
        # Copied by a run that stopped before it had stored the rows: the arrival is that of then.
        return Kept(found, sha256, name, target, read_sidecar(path).arrived_at)
    said = {
        "source": found.source.source,
        "original_name": found.name,
        "facts": found.facts,
        "arrived_at": now.isoformat(),
        "sha256": sha256,
        "bytes": found.size,
        "identity": name,
    }
    write_sidecar(path, said | ({"corrects": found.corrects} if found.corrects else {}))
    return Kept(found, sha256, name, target, now)


def note_place(kept: Kept, file_seq: int) -> None:
    """Write down the place in the ledger, once the rows are stored: a rebuild takes deliveries in by their place."""
    path = kept.path.with_name(f"{kept.sha256}.{kept.identity[:12]}.json")
    write_sidecar(path, read_sidecar(path).said | {"file_seq": file_seq})
