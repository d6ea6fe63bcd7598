"""Sidecars: what the archive says of each delivery, beside its bytes.

A sidecar is a small JSON file: source, original name, facts of the name, arrival, hash, place in the ledger. With the
bytes it is all that the warehouse needs to be made anew. A delivery that was forgotten has a sidecar without bytes: the
tombstone says when and why, and which place in the ledger stays empty.

Belongs here: reading and writing sidecars. Not here: the bytes (``archive``), what is in them (``readers``).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NO_NAME = "(forgotten)"
"""Stands in for the name of a file that was forgotten, since a name may name a person."""

CHECK = "check"
"""Key of a sidecar: a short hash of all that it says beside."""

ASIDE = ".aside"
"""Ending of the sidecars of batches that were set aside."""


INCOMING = ".incoming"
"""Folder of the archive for what is in the making: looking into it must not cost what the archive holds."""


class SidecarError(Exception):
    """A sidecar cannot be read; the text says which, why, and what to do."""


@dataclass(frozen=True, slots=True)
class Sidecar:
    """One delivery. ``said`` is the JSON as it stands in the file."""

    path: Path
    said: dict[str, Any]

    @property
    def sha256(self) -> str:
        """Hash of the bytes that are kept (or, when they were forgotten, were)."""
        return str(self.said["sha256"])

    @property
    def source(self) -> str:
        """Source that claimed the file."""
        return str(self.said["source"])

    @property
    def name(self) -> str:
        """Path below the landing folder as it was sent."""
        return str(self.said["original_name"])

    @property
    def arrived_at(self) -> dt.datetime:
        """Arrival, naive UTC."""
        return dt.datetime.fromisoformat(self.said["arrived_at"])

    @property
    def file_seq(self) -> int | None:
        """Place in the ledger; None for a file that was copied by a run which stopped before it had stored the rows.

        None too for one of a batch that was set aside: the place that it had is another's since.
        """
        return None if self.is_aside else self.said.get("file_seq")

    @property
    def is_aside(self) -> bool:
        """Whether the delivery is of a batch that was set aside: the warehouse knows nothing of it."""
        return self.path.suffix == ASIDE

    @property
    def forgotten(self) -> dict[str, Any] | None:
        """The tombstone: ``at``, ``reason`` and the ``tables`` of the source."""
        return self.said.get("forgotten")

    @property
    def rows_forgotten(self) -> int:
        """Rows that were taken out of the file; the rest is kept as text cells (``readers.kept``)."""
        return sum(r["rows"] for r in self.said.get("rows_forgotten", []))

    @property
    def sent(self) -> str | None:
        """Hash of the bytes as they were sent, where rows were taken out of them since."""
        gone = self.said.get("rows_forgotten")
        return str(gone[0]["was"]) if gone else None

    @property
    def corrects(self) -> str | None:
        """Hash of the file that a delivery of corrections is of."""
        return self.said.get("corrects")

    @property
    def hashes(self) -> set[str]:
        """All hashes that the file had: as it was sent, and each time that rows were taken out of it."""
        return {self.sha256, *(str(r["was"]) for r in self.said.get("rows_forgotten", []))}


def write_sidecar(path: Path, said: dict[str, Any]) -> None:
    """Write a sidecar as a whole, so that a reader sees the old or the new one, with a check of what it says."""
    scratch = path.parent / INCOMING / f"{path.name}.{os.getpid()}"
    scratch.parent.mkdir(exist_ok=True)
    text = json.dumps(said | {CHECK: check_of(said)}, ensure_ascii=False, indent=1)
    scratch.write_text(text + "\n", encoding="utf-8")
    scratch.replace(path)


def check_of(said: dict[str, Any]) -> str:
    """A short hash of all that a sidecar says beside it."""
    told = json.dumps({k: v for k, v in said.items() if k != CHECK}, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def read_sidecar(path: Path) -> Sidecar:
    """Raises ``SidecarError``."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        sidecar = Sidecar(path, said)
        complete = (sidecar.sha256, sidecar.source, sidecar.name, sidecar.arrived_at, said["identity"], said["bytes"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SidecarError(
            f"{path} is no sidecar ({type(error).__name__}: {error}); restore it from the backup of the archive"
        ) from None
    if not all(c is not None for c in complete):
        raise SidecarError(f"{path} is incomplete; restore it from the backup of the archive")
    return sidecar


def sidecar_paths(archive: Path, *, aside: bool = False) -> Iterator[Path]:
    """All sidecars, by name; those of batches that were set ``aside`` too, where that is asked for."""
    endings = (".json", ASIDE) if aside else (".json",)
    return (p for p in sorted(archive.glob("*")) if p.suffix in endings and not p.name.startswith("."))
