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

from reportmetrics.publish.exports import write_csv
from reportmetrics.publish.files import files_below, link_or_copy

if TYPE_CHECKING:
    from reportmetrics.metrics.catalogue import Catalogue
    from reportmetrics.validation.run import CheckResult
    from reportmetrics.warehouse.snapshot import Snapshot


def write_audit(
    folder: Path,
    snapshot: Snapshot,
    catalogue: Catalogue,
    checks: Sequence[CheckResult],
    *,
    sql: Path,
    marking: str,
) -> None:
    """Write snapshot (linked where possible), the SQL of all metrics and what lies beneath, checks and ledger."""
    for path in files_below(snapshot.folder):
        link_or_copy(path, folder / "snapshot" / path.relative_to(snapshot.folder))
    _write_definitions(folder / "definitions", catalogue, sql)
    listed = [dataclasses.asdict(c) for c in checks]
    text = json.dumps(listed, indent=2, ensure_ascii=False, sort_keys=True, default=str)
    (folder / "checks.json").write_text(text + "\n", encoding="utf-8")
    ledger = sorted((snapshot.folder / "ledger").glob("*.parquet"))
    if ledger:
        frame = pl.concat([pl.read_parquet(p) for p in ledger])
        write_csv(folder / "ledger.csv", frame.columns, frame.iter_rows(), marking=marking)


def _write_definitions(folder: Path, catalogue: Catalogue, sql: Path) -> None:
    paths = {m.path for m in catalogue.metrics.values()} | {d.path for d in catalogue.derived.values()}
    paths |= set((sql / "core").glob("*.sql"))
    for path in sorted(paths):
        below = path.relative_to(sql) if path.is_relative_to(sql) else Path(path.name)
        target = folder / below
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
