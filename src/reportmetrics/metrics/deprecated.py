"""Deprecated versions of metrics: kept as they were, so that an old figure can still be computed.

Belongs here: keeping a definition with all that lies beneath it, and reading it again. Not here: the record of what was
released (``released``), computing (``run``).

Each lies in ``deprecated/<id>.v<version>/``, a small SQL folder of its own: the definition, the derived views and the
core SQL beneath it. So a later change of a shared view does not reach it, and its hash is the one that was released.
Estimators are code and are not kept; ``kept.yaml`` says which versions of them it was released with.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.metrics.estimators import ESTIMATORS
from reportmetrics.metrics.findings import Finding
from reportmetrics.metrics.header import DefinitionError
from reportmetrics.metrics.lint_header import Released
from reportmetrics.metrics.metric import Metric

FOLDER, RECORD = "deprecated", "kept.yaml"
_NAME = re.compile(r"^(?P<id>[a-z0-9_]+\.[a-z0-9_]+)\.v(?P<version>[1-9]\d*)$")


class VersionError(Exception):
    """A version cannot be kept or computed; the message says why, and which there are."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A deprecated version and the folder that holds it."""

    metric_id: str
    version: int
    folder: Path

    def load(self) -> Metric:
        """Its definition. Raises :class:`VersionError` where the folder does not hold it."""
        try:
            metric = load_catalogue(self.folder).metrics.get(self.metric_id)
        except DefinitionError as error:
            raise VersionError(f"{self.folder} cannot be read: {error}") from error
        if metric is None or metric.definition.version != self.version:
            raise VersionError(f"{self.folder} does not hold version {self.version} of {self.metric_id}")
        return metric


def kept_versions(sql_folder: Path) -> list[Kept]:
    """All deprecated versions below ``sql_folder``, by id and version."""
    found = ((p, _NAME.match(p.name)) for p in (sql_folder / FOLDER).glob("*") if p.is_dir())
    return sorted((Kept(m["id"], int(m["version"]), p) for p, m in found if m), key=lambda k: (k.metric_id, k.version))


def load_version(sql_folder: Path, metric_id: str, version: int | None = None) -> Metric:
    """The definition of a metric in a version, current or deprecated; the current one without ``version``.

    Raises :class:`VersionError` that names the versions that there are.
    """
    current = load_catalogue(sql_folder, only=metric_id).metrics.get(metric_id)
    if current is not None and version in (None, current.definition.version):
        return current
    kept = [k for k in kept_versions(sql_folder) if k.metric_id == metric_id]
    for candidate in kept:
        if candidate.version == version:
            return candidate.load()
    versions = [k.version for k in kept] + ([current.definition.version] if current is not None else [])
    if not versions:
        raise VersionError(f"there is no metric '{metric_id}'; 'reportmetrics metrics list' names all")
    there = ", ".join(str(v) for v in sorted(versions))
    raise VersionError(f"{metric_id} has no version {version} that can be computed; there are: {there}")


def keep(sql_folder: Path, source: Path, metric_id: str) -> Kept:
    """Keep ``metric_id`` as ``source`` has it, with all SQL beneath it; what is kept already is not touched.

    ``source`` is an SQL folder: of an earlier state of the product, or a publication's ``audit/definitions``. Raises
    :class:`VersionError` where it has no such metric, or where another definition is kept as that version.
    """
    metric = load_catalogue(source, only=metric_id).metrics.get(metric_id)
    if metric is None:
        raise VersionError(f"{source} has no metric '{metric_id}'")
    target = sql_folder / FOLDER / f"{metric_id}.v{metric.definition.version}"
    kept = Kept(metric_id, metric.definition.version, target)
    if target.is_dir():
        if kept.load().definition_hash != metric.definition_hash:
            raise VersionError(f"{target} holds another definition of version {kept.version}; raise the version first")
        return kept
    paths = [metric.definition.path]
    paths += [source / "derived" / f"{view}.sql" for view in metric.views]
    paths += [p for table in metric.tables if (p := source / "core" / f"{table}.sql").is_file()]
    for path in paths:
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    record = {"definition_hash": metric.definition_hash, "estimators": _estimators(metric)}
    (target / RECORD).write_text(yaml.safe_dump(record, sort_keys=True), encoding="utf-8")
    return kept


def _estimators(metric: Metric) -> dict[str, int]:
    return {use.name: ESTIMATORS[use.name].version for use in metric.definition.estimators}


def deprecated_findings(sql_folder: Path, current: Mapping[str, int], released: Released) -> Iterator[Finding]:
    """Released versions that cannot be computed any more, and kept ones that are not what was released.

    ``current``: version of each metric that there is.
    """
    kept = {(k.metric_id, k.version): k for k in kept_versions(sql_folder)}
    for name, versions in released.items():
        for version in versions:
            if name in current and version < current[name] and (name, version) not in kept:
                message = f"version {version} of {name} was released and cannot be computed any more"
                remedy = f"keep it: reportmetrics metrics keep {name} --from a publication that has it"
                yield Finding(f"{FOLDER}/{name}.v{version}", 1, "deprecated-missing", "error", message, remedy)
    for (name, version), folder in kept.items():
        yield from _kept_findings(folder, released.get(name, {}).get(version))


def _kept_findings(kept: Kept, released: str | None) -> Iterator[Finding]:
    shown = f"{FOLDER}/{kept.folder.name}"
    try:
        metric, record = kept.load(), _record(kept.folder)
    except VersionError as error:
        yield Finding(shown, 1, "deprecated-changed", "error", str(error), "restore it from version control")
        return
    now = _estimators(metric)
    moved = [f"{n} {record[1].get(n)} to {v}" for n, v in now.items() if record[1].get(n) != v]
    if moved:
        message = f"it is computed by estimators that have changed since: {', '.join(moved)}"
        remedy = "read old figures from the publications of their time"
        yield Finding(shown, 1, "deprecated-estimator", "warning", message, remedy)
    elif metric.definition_hash != record[0] or released not in (None, record[0]):
        message = f"version {kept.version} is not the definition that was released"
        yield Finding(shown, 1, "deprecated-changed", "error", message, "restore it from version control")


def _record(folder: Path) -> tuple[str, dict[str, int]]:
    try:
        content = yaml.safe_load((folder / RECORD).read_text(encoding="utf-8"))
        return str(content["definition_hash"]), dict(content["estimators"])
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise VersionError(f"{folder / RECORD} cannot be read") from error
