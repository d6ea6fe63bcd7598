"""What the page on data quality shows beside figures: named rows, results of checks, batches that were set aside.

Belongs here: reading it from a snapshot, and its shape. Not here: figures (``figures``), the page (``pages.quality``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from reportmetrics.profile.intake import CORRECTED
from reportmetrics.publish.corrected import Corrected, read_corrected
from reportmetrics.warehouse.notes import without_names

if TYPE_CHECKING:
    from reportmetrics.validation.run import CheckResult


@dataclass(frozen=True, slots=True)
class Past:
    """How often a check ran and failed, as far as it is recorded; ``last_failed`` and ``since`` are naive UTC."""

    runs: int
    failed: int
    last_failed: dt.datetime | None
    since: dt.datetime


@dataclass(frozen=True, slots=True)
class SetAside:
    """A file of a batch that failed critically. ``reasons``: check to rows; ``taken_up``: when it came in."""

    at: dt.datetime
    source: str
    name: str
    sha256: str
    reasons: Mapping[str, int]
    taken_up: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Vanished:
    """A request that the newest register of its source does not list any more."""

    request_id: str
    source: str
    hq: str | None
    last_seen: dt.date
    missing_since: dt.date


@dataclass(frozen=True, slots=True)
class Noted:
    """What was seen in ``files`` of a source that were read; ``name`` is the newest, ``known_from`` naive UTC."""

    source: str
    message: str
    files: int
    name: str
    known_from: dt.datetime


@dataclass(frozen=True, slots=True)
class Watched:
    """What a run knows of itself: results of this run's ``checks``, their ``past`` by (table, check), ``aside``."""

    checks: Sequence[CheckResult] = ()
    past: Mapping[tuple[str, str], Past] = field(default_factory=dict)
    aside: Sequence[SetAside] = ()


@dataclass(frozen=True, slots=True)
class Quality:
    """Everything beside figures. ``remedies``: what the sender can do, by source and code of the fault.

    ``corrected``: what became of corrections.
    """

    watched: Watched = Watched()
    remedies: Mapping[tuple[str, str], str] = field(default_factory=dict)
    vanished: Sequence[Vanished] = ()
    notes: Sequence[Noted] = ()
    corrected: Corrected = field(default_factory=Corrected)


def read_quality(snapshot: Path, watched: Watched) -> Quality:
    """Quality of what a snapshot holds."""
    rejects = pl.read_parquet(snapshot / "reject" / "*.parquet", columns=["source", "code", "remedy"])
    # Of the remedies of one code the most frequent is told.
    common = rejects.group_by("source", "code", "remedy").len().sort("len", "remedy", descending=[False, True])
    remedies = {(source, code): remedy for source, code, remedy, _ in common.iter_rows()}
    gone = pl.read_parquet(snapshot / "vanished_request" / "*.parquet").sort("missing_since", "request_id")
    vanished = [
        Vanished(r["request_id"], r["source"], r["hq"], r["last_seen_on"], r["missing_since"])
        for r in gone.iter_rows(named=True)
    ]
    return Quality(watched, remedies, vanished, _notes(snapshot), read_corrected(snapshot))


def _notes(snapshot: Path) -> list[Noted]:
    """Each note of a source once, newest first, without names that a sender gave.

    Those of corrections quote cells, and stand in the ledger only.
    """
    ledger = pl.read_parquet(snapshot / "ledger" / "*.parquet")
    told = ledger.filter(
        pl.col("status") == "stored",
        pl.col("message").is_not_null(),
        ~pl.col("source").str.ends_with(f".{CORRECTED}"),
    ).sort("file_seq")
    said = pl.Series("message", [without_names(m) for m in told["message"]], dtype=pl.String)
    found = (
        told.with_columns(said)
        .group_by("source", "message")
        .agg(
            pl.col("file_seq").n_unique(), pl.col("original_name", "known_from").last(), last=pl.col("file_seq").last()
        )
        .sort("last", "source", "message", descending=[True, False, False])
    )
    return [Noted(*row) for row in found.drop("last").iter_rows()]
