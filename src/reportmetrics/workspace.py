"""What a run leaves for its next step, in a folder of its own: results of metrics and of checks.

Belongs here: writing and reading these files. Not here: which step follows which (``steps``), the snapshot itself
(``warehouse.snapshot``).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Collection, Iterable
from pathlib import Path

import polars as pl

from reportmetrics.current import StepError
from reportmetrics.metrics.results import Results
from reportmetrics.settings import Settings
from reportmetrics.validation.run import CheckResult


def workspace_of(settings: Settings, as_of: dt.date) -> Path:
    """The folder below ``staging`` that the run of one date works in."""
    return settings.staging / as_of.isoformat()


def save_results(folder: Path, results: Results, metrics: Collection[str]) -> None:
    """Add results of ``metrics`` to those in ``folder``, in the place of older ones of the same metrics."""
    kept = _read_results(folder)
    if kept is not None:
        kept = Results(**{p: f.filter(~pl.col("metric").is_in(list(metrics))) for p, f in _parts(kept).items()})
    done = sorted({*metrics, *_computed(folder)})
    folder.mkdir(parents=True, exist_ok=True)
    for part, frame in _parts(Results.concat([kept, results]) if kept else results).items():
        frame.write_parquet(folder / f"{part}.parquet")
    (folder / "computed.json").write_text(json.dumps(done), encoding="utf-8")


def load_results(folder: Path, metrics: Iterable[str]) -> Results:
    """Results of ``metrics`` in the order of their ids. Raises ``StepError`` when some were not computed."""
    missing = sorted(set(metrics) - set(_computed(folder)))
    results = _read_results(folder)
    if missing or results is None:
        named = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
        raise StepError(f"there are no results of {named}; compute them first (assets below 'metrics')")
    order = pl.Enum(sorted(_computed(folder)))
    return Results(**{p: f.sort(pl.col("metric").cast(order), maintain_order=True) for p, f in _parts(results).items()})


def _parts(results: Results) -> dict[str, pl.DataFrame]:
    return {p.name: getattr(results, p.name) for p in dataclasses.fields(Results)}


def _computed(folder: Path) -> list[str]:
    """Metrics whose results are in ``folder``, with or without a figure."""
    path = folder / "computed.json"
    return list(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else []


def _read_results(folder: Path) -> Results | None:
    if not _computed(folder):
        return None
    return Results(**{p.name: pl.read_parquet(folder / f"{p.name}.parquet") for p in dataclasses.fields(Results)})


def save_checks(path: Path, results: list[CheckResult]) -> None:
    """Write results of checks, for the step that publishes them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([dataclasses.asdict(r) for r in results], ensure_ascii=False), encoding="utf-8")


def load_checks(path: Path) -> list[CheckResult]:
    """Results of checks as they were left; none where nothing was checked."""
    if not path.is_file():
        return []
    return [CheckResult(**r) for r in json.loads(path.read_text(encoding="utf-8"))]
