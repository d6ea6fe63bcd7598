"""A release: the current definitions are recorded, and those that they replace are kept.

Belongs here: the order of a release. Not here: the record (``released``), keeping a definition (``deprecated``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.metrics.deprecated import VersionError, keep, kept_versions
from reportmetrics.metrics.released import read_released, with_release, write_released


@dataclass(frozen=True, slots=True)
class Release:
    """What a release added: ``recorded`` as ``id version N``; ``kept`` are deprecated versions kept with it."""

    recorded: list[str]
    kept: list[str]
    metrics: int


def release(sql_folder: Path, *, replaced: Path | None = None, amend: bool = False) -> Release:
    """Record version and hash of every metric in ``metrics/released.yaml``; nothing is written where one is refused.

    ``replaced`` is an SQL folder (or a publication's ``audit/definitions``) that holds the definitions that versions
    raised since replace. ``amend`` records current versions anew, for a release that nobody has been given yet. Raises
    :class:`VersionError` where a released version has changed, or a replaced one would be lost, and
    ``DefinitionError`` where the definitions are wrong.
    """
    known, damaged = read_released(sql_folder)
    if damaged:
        raise VersionError("\n".join(str(f) for f in damaged))
    current = {
        m.definition.id: (m.definition.version, m.definition_hash) for m in load_catalogue(sql_folder).metrics.values()
    }
    try:
        record = with_release(known, current, amend=amend)
    except ValueError as error:
        raise VersionError(str(error)) from error
    there = {(k.metric_id, k.version) for k in kept_versions(sql_folder)}
    lost = [
        (name, version)
        for name, (now, _) in current.items()
        for version in record[name]
        if version < now and (name, version) not in there
    ]
    kept = []
    for name, version in lost:
        if replaced is None:
            raise VersionError(
                f"version {version} of {name} would be lost; name what still has it: --replaces PUBLICATION"
            )
        found = load_catalogue(replaced, only=name).metrics.get(name)
        if found is None or found.definition_hash != record[name][version]:
            raise VersionError(f"{replaced} does not hold version {version} of {name} as it was released")
        keep(sql_folder, replaced, name)
        kept.append(f"{name} version {version}")
    write_released(sql_folder, record)
    added = [f"{n} version {v}" for n, (v, value) in current.items() if known.get(n, {}).get(v) != value]
    return Release(added, kept, len(current))
