"""``manifest.json``: what a publication was made from, by what, and the SHA-256 of each of its files.

Belongs here: the manifest and the digest of its inputs. Not here: checking a publication against it (``audit``).
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
import platform
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportmetrics.publish.files import digest_of, names_below, sha256

if TYPE_CHECKING:
    from reportmetrics.metrics.catalogue import Catalogue
    from reportmetrics.profile.load import Profile
    from reportmetrics.warehouse.snapshot import Snapshot

FORMAT = 1
NAME = "manifest.json"


def describe_inputs(
    profile: Profile, snapshot: Snapshot, catalogue: Catalogue, *, dashboards: Path, engine_name: str
) -> dict[str, Any]:
    """All that decides what a publication says: the same inputs give the same figures and pages.

    Versions of Python and DuckDB are recorded beside it but are no input: a new interpreter alone is no new edition.
    """
    return {
        "as_of": snapshot.as_of.isoformat(),
        "ledger_position": snapshot.position,
        "snapshot": digest_of(snapshot.folder),
        "profile": profile.digest,
        "definitions": {m.id: m.definition_hash for m in catalogue.metrics.values()},
        "engine": engine_name,
        "product": metadata.version("reportmetrics"),
        "dashboards": digest_of(dashboards),
    }


def inputs_digest(inputs: dict[str, Any]) -> str:
    """SHA-256 of the inputs as canonical JSON."""
    text = json.dumps(inputs, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def write_manifest(
    folder: Path, name: str, inputs: dict[str, Any], catalogue: Catalogue, *, marking: str, now: dt.datetime
) -> None:
    """Write the manifest of everything that is in ``folder`` by now."""
    files = {
        name: {"sha256": sha256(folder / name), "bytes": (folder / name).stat().st_size} for name in names_below(folder)
    }
    manifest = {
        "format": FORMAT,
        "publication": name,
        "marking": marking,
        "created": now.isoformat(timespec="seconds"),
        "as_of": inputs["as_of"],
        "ledger_position": inputs["ledger_position"],
        "engine": inputs["engine"],
        "profile_digest": inputs["profile"],
        "metrics": {
            m.id: {"version": m.version, "definition_hash": m.definition_hash} for m in catalogue.metrics.values()
        },
        "versions": {
            "reportmetrics": inputs["product"],
            "build": build(),
            "python": platform.python_version(),
            "duckdb": metadata.version("duckdb"),
            "polars": metadata.version("polars"),
            "plotly": metadata.version("plotly"),
        },
        "inputs": inputs,
        "inputs_digest": inputs_digest(inputs),
        "files": files,
    }
    text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False)
    (folder / NAME).write_text(text + "\n", encoding="utf-8")


@functools.cache
def build() -> str:
    """First digits of a hash over the product's own code: tells builds of one version apart."""
    folder = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(f"{path.relative_to(folder).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a publication."""
    content: dict[str, Any] = json.loads((folder / NAME).read_text(encoding="utf-8"))
    return content
