"""The record of released versions: which definition each version of each metric stood for.

Belongs here: reading and writing ``metrics/released.yaml``. Not here: comparing it with the definitions
(``lint_header``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import yaml

from reportmetrics.metrics.findings import Finding
from reportmetrics.metrics.lint_header import RELEASED_FILE, Released

_HASH = re.compile(r"^[0-9a-f]{64}$")
_HEADING = "# Definition hash of each released version of each metric; written by a release, read by the lint.\n"


def read_released(sql_folder: Path) -> tuple[Released, list[Finding]]:
    """The record, and what is wrong with it; no file is an empty record."""
    path = sql_folder / RELEASED_FILE
    if not path.is_file():
        return {}, []
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        return {}, [_finding(f"it is not YAML: {str(error).splitlines()[0]}")]
    if not isinstance(content, dict):
        return {}, [_finding("it does not map metrics to versions")]
    released: dict[str, dict[int, str]] = {}
    findings = []
    for name, versions in content.items():
        for version, value in versions.items() if isinstance(versions, dict) else [(None, None)]:
            if isinstance(version, int) and isinstance(value, str) and _HASH.match(value):
                released.setdefault(str(name), {})[version] = value
            else:
                findings.append(_finding(f"{name}: {version!r} does not give the 64 hex digits of a hash"))
    return released, findings


def _finding(message: str) -> Finding:
    return Finding(RELEASED_FILE, 1, "released-record", "error", message, "restore it from version control")


def with_release(
    released: Released, current: Mapping[str, tuple[int, str]], *, amend: bool = False
) -> dict[str, dict[int, str]]:
    """The record with the current version and hash of each metric added.

    Raises ``ValueError`` where a version that was released would change its hash, unless the release is amended: then
    current versions get the hashes that they have now, and what is no longer there is forgotten.
    """
    kept = {name: versions for name, versions in released.items() if not amend or name in current}
    new = {name: dict(versions) for name, versions in kept.items()}
    for name, (version, value) in current.items():
        if amend:
            new.setdefault(name, {})[version] = value
            continue
        known = new.setdefault(name, {}).setdefault(version, value)
        if known != value:
            message = f"{name}: version {version} was released with another definition; raise its version first"
            raise ValueError(message)
    return new


def write_released(sql_folder: Path, released: Released) -> None:
    """Write the record, metrics and versions in order."""
    content = {name: dict(sorted(released[name].items())) for name in sorted(released)}
    text = _HEADING + yaml.safe_dump(content, sort_keys=False)
    (sql_folder / RELEASED_FILE).write_text(text, encoding="utf-8")
