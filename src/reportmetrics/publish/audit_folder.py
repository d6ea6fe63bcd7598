"""``audit/``: what an auditor needs to recompute the figures. Access-controlled: it holds rows, posts and narratives.

Belongs here: snapshot, definitions, checks, ledger. Not here: anything fit to be shared (``exports``, ``site``).
"""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from reportmetrics.metrics.metric_values import PREPARED, prepare
from reportmetrics.profile.intake import sheets
from reportmetrics.publish.exports import write_csv
from reportmetrics.publish.files import files_below, link_or_copy
from reportmetrics.publish.seal import copy_profile

if TYPE_CHECKING:
    from reportmetrics.metrics.catalogue import Catalogue
    from reportmetrics.profile.load import Profile
    from reportmetrics.validation.run import CheckResult
    from reportmetrics.warehouse.snapshot import Snapshot


def write_audit(
    folder: Path,
    snapshot: Snapshot,
    catalogue: Catalogue,
    checks: Sequence[CheckResult],
    *,
    sql: Path,
    profile: Profile,
) -> None:
    """Write snapshot (linked where possible), the SQL of all metrics and what lies beneath, profile, checks, ledger."""
    for path in files_below(snapshot.folder):
        link_or_copy(path, folder / "snapshot" / path.relative_to(snapshot.folder))
    _write_definitions(folder / "definitions", catalogue, sql)
    copy_profile(profile, folder / "profile")
    (folder / PREPARED).write_text(prepared_text(catalogue, profile), encoding="utf-8")
    listed = [dataclasses.asdict(c) for c in checks]
    text = json.dumps(listed, indent=2, ensure_ascii=False, sort_keys=True, default=str)
    (folder / "checks.json").write_text(text + "\n", encoding="utf-8")
    ledger = sorted((snapshot.folder / "ledger").glob("*.parquet"))
    if ledger:
        frame = pl.concat([pl.read_parquet(p) for p in ledger])
        write_csv(folder / "ledger.csv", frame.columns, frame.iter_rows(), marking=profile.mission.marking)


def prepared_text(catalogue: Catalogue, profile: Profile) -> str:
    """What a question about one figure needs of definitions and profile, without parsing either."""
    content = {**prepare(catalogue.metrics), "sheets": sheets(profile.sources)}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def _write_definitions(folder: Path, catalogue: Catalogue, sql: Path) -> None:
    paths = {m.path for m in catalogue.metrics.values()} | {d.path for d in catalogue.derived.values()}
    paths |= set((sql / "core").glob("*.sql"))
    for path in sorted(paths):
        below = path.relative_to(sql) if path.is_relative_to(sql) else Path(path.name)
        target = folder / below
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
