"""Whether the publication is the one that was sealed: the seal, the manifest, and every file that it names.

Belongs here: hashes and the manifest's agreement with itself. Not here: whether figures are right (``verify``).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from reportmetrics.audit.differences import Difference
from reportmetrics.audit.opened import Opened
from reportmetrics.metrics.metric_values import PREPARED
from reportmetrics.publish import tombstone
from reportmetrics.publish.audit_folder import prepared_text
from reportmetrics.publish.files import digest_of, names_below, sha256
from reportmetrics.publish.manifest import NAME, inputs_digest
from reportmetrics.publish.seal import CHECKSUM, SIGNATURE

_NAME = re.compile(r"^\d{4}-\d{2}-\d{2}-r\d+$")
UNLISTED = frozenset({NAME, CHECKSUM, SIGNATURE, tombstone.NAME, tombstone.CHECKSUM, tombstone.SIGNATURE})
"""Files that no manifest lists: itself and its seal."""


def check_seal(folder: Path, name: str = NAME, checksum: str = CHECKSUM) -> list[Difference]:
    """The manifest (or what ``name`` says) against its checksum."""
    path = folder / checksum
    if not path.is_file():
        return [Difference("seal", checksum, f"is missing, so nothing protects {name}")]
    try:
        said = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        said = ""
    found = sha256(folder / name)
    if said != f"{found}  {name}\n":
        return [Difference("seal", name, f"or its checksum was altered: its SHA-256 is {found}")]
    return []


def check_files(opened: Opened) -> list[Difference]:
    """Every file against the manifest: missing, altered, or not listed."""
    listed = _as_accounted_for(opened)
    found = [*_beyond_its_right(opened), *_no_files(opened.folder)]
    present = {name: opened.folder / name for name in names_below(opened.folder)}
    for name, facts in sorted(listed.items()):
        path = present.get(name)
        if path is None:
            found.append(Difference("files", name, "is missing"))
        elif path.stat().st_size != facts["bytes"]:
            found.append(Difference("files", name, f"was altered: {path.stat().st_size} bytes, not {facts['bytes']}"))
        elif sha256(path) != facts["sha256"]:
            found.append(Difference("files", name, "was altered: its SHA-256 is not the one in the manifest"))
    found += [
        Difference("files", name, "is in the folder but not in the manifest")
        for name in sorted(set(present) - set(listed) - UNLISTED)
    ]
    links = (p for p in opened.folder.rglob("*") if p.is_symlink())
    found += [Difference("files", p.relative_to(opened.folder).as_posix(), "is a link to elsewhere") for p in links]
    return found


def _no_files(folder: Path) -> list[Difference]:
    """What can change without the folder being touched, or be there without being read."""
    strange = [p for p in sorted(folder.rglob("*")) if p.is_symlink() or not (p.is_file() or p.is_dir())]
    names = [p.relative_to(folder).as_posix() for p in strange]
    return [Difference("files", n, "is no file: a publication holds no links or devices") for n in names]


def _as_accounted_for(opened: Opened) -> dict[str, Any]:
    """Files of the manifest; where a tombstone says that rows were forgotten, as they are since then."""
    listed = dict(opened.manifest.get("files", {}))
    for name, facts in (opened.tombstone.files if opened.tombstone else {}).items():
        if name in listed and facts["was"] == listed[name]["sha256"] and name.startswith(tombstone.MAY_CHANGE):
            listed[name] = facts
    return listed


def _beyond_its_right(opened: Opened) -> list[Difference]:
    """What a tombstone claims and cannot account for: figures, pages, or a file that was another one."""
    listed = opened.manifest.get("files", {})
    return [
        Difference("tombstone", name, "is no file from which rows can be forgotten, or was another one before")
        for name, facts in (opened.tombstone.files if opened.tombstone else {}).items()
        if not name.startswith(tombstone.MAY_CHANGE) or facts["was"] != listed.get(name, {}).get("sha256")
    ]


def check_manifest(opened: Opened) -> list[Difference]:
    """What the manifest says of itself, of the snapshot and of the profile, against what is there."""
    m, inputs = opened.manifest, opened.manifest["inputs"]
    about = {"as_of": opened.as_of.isoformat()}
    stone = opened.tombstone
    expected = {
        "inputs_digest": (m["inputs_digest"], inputs_digest(inputs)),
        "as_of": (m["as_of"], inputs["as_of"]),
        "as_of of the snapshot": (about["as_of"], m["as_of"]),
        "ledger_position": (m["ledger_position"], inputs["ledger_position"]),
        "engine": (m["engine"], inputs["engine"]),
        "version of the product": (m["versions"]["reportmetrics"], inputs["product"]),
        "profile_digest": (m["profile_digest"], inputs["profile"]),
        "digest of the snapshot": (digest_of(opened.snapshot), stone.snapshot if stone else inputs["snapshot"]),
        "digest of the profile": (opened.profile.digest, inputs["profile"]),
        "definitions": ({k: v["definition_hash"] for k, v in m["metrics"].items()}, inputs["definitions"]),
    }
    found = [
        Difference("manifest", name, f"is {given}, should be {right}")
        for name, (given, right) in expected.items()
        if given != right
    ]
    if _NAME.match(opened.folder.name) and opened.folder.name != m["publication"]:
        found.append(
            Difference(
                "manifest", "publication", f"is {m['publication']}, but the folder is called {opened.folder.name}"
            )
        )
    return found


def check_prepared(opened: Opened) -> list[Difference]:
    """What was prepared for questions against the definitions and the profile that it was made from."""
    path = opened.audit / PREPARED
    if not path.is_file():
        return []  # publications of earlier builds have none; one that was taken away is missing from the files
    right = prepared_text(opened.catalogue, opened.profile)
    if path.read_text(encoding="utf-8") == right:
        return []
    return [Difference("definitions", f"audit/{PREPARED}", "does not follow from the definitions and the profile")]


def check_definitions(opened: Opened) -> list[Difference]:
    """Hash and version of each definition in ``audit/definitions`` against the manifest."""
    said, found = opened.manifest["metrics"], []
    for name in sorted({*said, *opened.catalogue.metrics}):
        metric = opened.catalogue.metrics.get(name)
        if metric is None:
            found.append(Difference("definitions", name, "is in the manifest but has no definition"))
        elif name not in said:
            found.append(Difference("definitions", name, "has a definition but is not in the manifest"))
        elif metric.definition_hash != said[name]["definition_hash"]:
            found.append(
                Difference(
                    "definitions",
                    name,
                    f"changed: its hash is {metric.definition_hash[:12]}, the manifest says "
                    f"{said[name]['definition_hash'][:12]} (its SQL, what lies beneath it, or its estimator)",
                )
            )
        elif metric.definition.version != said[name]["version"]:
            found.append(Difference("definitions", name, f"has version {metric.definition.version} now"))
    return found
