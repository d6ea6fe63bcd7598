"""Which archived file a record of a correction means, and which deliveries of corrections are there, or were forgotten.

A file has another hash once rows of it were forgotten; a record may name it by any that it had. Two files may hold the
same wrong row, and so their corrections the same content: each is a delivery of its own, told apart by the sidecars.

Belongs here: finding. Not here: what the records make (``corrections``), making things go (``upkeep.forget``).
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from reportmetrics.ingest.archive import AGAIN, identity
from reportmetrics.ingest.landing import Found
from reportmetrics.ingest.sidecars import Sidecar, read_sidecar, sidecar_paths
from reportmetrics.profile.intake import CORRECTED, corrected_day

FORGOTTEN = "the file was forgotten; take the record out of the profile, it may hold a name"
"""What is said of a record whose file was forgotten."""

FORGOTTEN_ITSELF = "it was forgotten; take the record out of the profile, or give it another date"
"""What is said of a record whose own delivery was forgotten."""

_TOLD = re.compile(r"; it held corrections of (\d{4}-\d\d-\d\d) of the file ([0-9a-f]{12})$")


@dataclass(frozen=True, slots=True)
class File:
    """A delivery that records are of. ``hashes`` are all that it had; ``lost``: whether rows of it were forgotten."""

    sha256: str
    name: str
    known_from: dt.datetime
    lost: bool
    hashes: frozenset[str]


def files_of(connection: duckdb.DuckDBPyConnection, archive: Path, source: str, prefix: str) -> list[File]:
    """Deliveries of a source whose file has, or had, a hash that begins so."""
    rows = _lines(connection, source, [prefix])
    if not rows:
        rows = _lines(connection, source, _now(connection, archive, source, prefix))
    return [
        File(sha256, name, moment, sent is not None, _hashes(archive, sha256) if sent else frozenset({sha256}))
        for sha256, sent, name, moment in rows
    ]


def _lines(
    connection: duckdb.DuckDBPyConnection, source: str, prefixes: Iterable[str]
) -> list[tuple[str, str | None, str, dt.datetime]]:
    return [
        line
        for prefix in prefixes
        for line in connection.execute(
            "SELECT DISTINCT source_file, sent_file, original_name, known_from FROM ledger WHERE source = $source "
            "AND (starts_with(source_file, $prefix) OR starts_with(sent_file, $prefix)) "
            "AND status <> 'forgotten' ORDER BY ALL",
            {"source": source, "prefix": prefix},
        ).fetchall()
    ]


def _now(connection: duckdb.DuckDBPyConnection, archive: Path, source: str, prefix: str) -> list[str]:
    """Hashes of now of files that had one that begins so between two forgettings; sidecars alone tell those."""
    lost = connection.execute(
        "SELECT DISTINCT source_file FROM ledger WHERE source = $source AND sent_file IS NOT NULL ORDER BY 1",
        {"source": source},
    ).fetchall()
    return [sha256 for (sha256,) in lost if any(h.startswith(prefix) for h in _hashes(archive, sha256))]


def _hashes(archive: Path, sha256: str) -> frozenset[str]:
    sidecars = map(read_sidecar, archive.glob(f"{sha256}.*.json"))
    return frozenset(h for sidecar in sidecars for h in sidecar.hashes)


def why_missing(connection: duckdb.DuckDBPyConnection, source: str, prefix: str) -> str:
    """Why there is no file to correct."""
    forgotten = connection.execute(
        "SELECT 1 FROM ledger WHERE source = $source AND starts_with(source_file, $prefix) LIMIT 1",
        {"source": source, "prefix": prefix},
    ).fetchall()  # one that is fetched by half blocks what the connection does next
    return FORGOTTEN if forgotten else "no such file was taken in"


def told_of_forgotten(sidecar: Sidecar) -> str:
    """What the tombstone of a delivery of corrections says beside when and why: of which day and file they were."""
    day = (sidecar.forgotten or {}).get("corrected_on")
    return (
        ""
        if day is None or not sidecar.corrects
        else f"; it held corrections of {day} of the file {sidecar.corrects[:12]}"
    )


def day_for_tombstone(sidecar: Sidecar) -> dict[str, str]:
    """What a tombstone keeps of a delivery of corrections, whose name goes."""
    day = corrected_day(sidecar.name) if sidecar.source.endswith(f".{CORRECTED}") else None
    return {} if day is None else {"corrected_on": day}


def forgotten_corrections(lines: Iterable[tuple[str, str | None]]) -> dict[str, set[tuple[str, str]]]:
    """By the id of their source: beginning of the file's hash, and day, of corrections that were forgotten.

    ``lines`` are source and message of lines of the ledger.
    """
    found: dict[str, set[tuple[str, str]]] = {}
    for source, message in lines:
        told = _TOLD.search(message or "")
        if told and source.endswith(f".{CORRECTED}"):
            found.setdefault(source, set()).add((told[2], told[1]))
    return found


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Deliveries of corrections that the warehouse knows: as they were seen, whole, forgotten, or with lost rows."""

    archive: Path
    glimpsed: Collection[tuple[str, str, int]]
    identities: Collection[str]
    forgotten: Mapping[str, set[tuple[str, str]]]
    lost: Mapping[tuple[str, str], set[str]]
    made: dict[str, str] = field(default_factory=dict)
    """Identity to file, of those that are due."""

    def forgotten_days(self, source: str, file: File) -> set[dt.date]:
        """Days whose corrections of a file were forgotten."""
        told = self.forgotten.get(source, ())
        return {dt.date.fromisoformat(day) for begin, day in told if any(h.startswith(begin) for h in file.hashes)}

    def find(self, found: Found, sha256: str, file: File) -> tuple[Found, str, Sidecar | None]:
        """The delivery with facts that no other file's has, its identity, and its sidecar where it is known."""
        told = found
        for times in itertools.count(2):
            known = identity(told.source.source, told.facts, sha256)
            if self.made.get(known, file.sha256) != file.sha256:
                told = replace(found, facts={**(found.facts or {}), AGAIN: str(times)})
                continue
            if known not in self.identities:
                return told, known, None
            there = [read_sidecar(p) for p in sidecar_paths(self.archive) if p.stem.endswith(f".{known[:12]}")]
            mine = [s for s in there if s.corrects is None or s.corrects in file.hashes]
            if mine:
                return told, known, mine[0]
            told = replace(found, facts={**(found.facts or {}), AGAIN: str(times)})
        raise AssertionError("numbers do not end")


def deliveries_of(connection: duckdb.DuckDBPyConnection, archive: Path) -> Deliveries:
    """What ledger and archive tell of deliveries of corrections."""
    seen = connection.execute("SELECT source, name, modified_ns, identity FROM seen").fetchall()
    mine = f"ends_with(source, '.{CORRECTED}')"
    stones = connection.execute(f"SELECT source, message FROM ledger WHERE {mine} AND status = 'forgotten'").fetchall()
    lost: dict[tuple[str, str], set[str]] = {}
    for source, name, sha256 in connection.execute(
        f"SELECT source, original_name, source_file FROM ledger WHERE {mine} AND sent_file IS NOT NULL"
    ).fetchall():
        lost.setdefault((source, name), set()).add(sha256)
    return Deliveries(archive, {row[:3] for row in seen}, {row[3] for row in seen}, forgotten_corrections(stones), lost)
