"""A verdict as text, CSV or JSON.

Belongs here: how it is told. Not here: reaching it (``verify``).
"""

from __future__ import annotations

import dataclasses

import polars as pl

from reportmetrics.audit.differences import Difference
from reportmetrics.audit.tables import as_csv, as_json
from reportmetrics.audit.verify import Verdict
from reportmetrics.words import counted


def verdict_text(verdict: Verdict) -> str:
    """For people: the verdict first, then each difference."""
    word = "sound" if verdict.sound else f"NOT SOUND, {counted(len(verdict.differences), 'difference')}"
    lines = [f"{verdict.publication}: {word}"]
    lines += [f"  {d}" for d in verdict.differences]
    lines.append(f"checked: {'; '.join(verdict.checked) or 'nothing else, as the manifest cannot be read'}")
    lines += [f"note: {n}" for n in verdict.notes]
    return "\n".join(lines)


def verdict_csv(verdict: Verdict) -> str:
    """One line per difference."""
    schema = {f.name: pl.String() for f in dataclasses.fields(Difference)}
    return as_csv(pl.DataFrame([dataclasses.asdict(d) for d in verdict.differences], schema=schema))


def verdict_json(verdict: Verdict) -> str:
    """Everything, for programs."""
    return as_json({"sound": verdict.sound, **dataclasses.asdict(verdict)})
