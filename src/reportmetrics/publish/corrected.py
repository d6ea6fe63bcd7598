"""What became of the corrections that a profile records, as the ledger and the refusals of a publication tell it.

Belongs here: finding the delivery of a record. Not here: making deliveries of records (``ingest.corrections``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from reportmetrics.ingest.correction_files import FORGOTTEN, FORGOTTEN_ITSELF, forgotten_corrections
from reportmetrics.profile.corrections import Correction
from reportmetrics.profile.intake import CORRECTED, corrected_name, corrected_source
from reportmetrics.profile.sources import Source

APPLIED = "applied"


@dataclass(frozen=True, slots=True)
class _Delivery:
    """One day's corrections of a file: whether they could be read, rows that told something, rows that were refused."""

    readable: bool
    accepted: int
    refused: frozenset[int]


@dataclass(frozen=True, slots=True)
class Corrected:
    """``files``: by source, names of its files by their hash. ``deliveries``: the latest, by source and name.

    ``sent``: hashes of files as they were sent, by that of now, where rows of them were forgotten. ``forgotten``: by
    source, hashes of files that were forgotten; ``gone``: file and day of corrections that were forgotten themselves.
    """

    files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    deliveries: Mapping[tuple[str, str], _Delivery] = field(default_factory=dict)
    forgotten: Mapping[str, Collection[str]] = field(default_factory=dict)
    sent: Mapping[str, str] = field(default_factory=dict)
    gone: Mapping[str, Collection[tuple[str, str]]] = field(default_factory=dict)

    def became(self, source: Source, record: Correction) -> str:
        """In words, what became of a record."""
        named = [
            s for s in self.files.get(source.source, {}) if any(h.startswith(record.file) for h in self._hashes(s))
        ]
        if len(named) != 1:
            return "not applied: several files begin so" if named else self._missing(source, record)
        lost = named[0] in self.sent
        since = f"; rows of its file were forgotten since, whose hash is {named[0][:12]} now" if lost else ""
        return self._of_file(source, record, named[0]) + since

    def _hashes(self, sha256: str) -> tuple[str, ...]:
        return (sha256, self.sent.get(sha256, sha256))

    def _of_file(self, source: Source, record: Correction, sha256: str) -> str:
        derived = corrected_source(source).source
        stones = self.gone.get(derived, ())
        if any(day == str(record.date) and h.startswith(f) for f, day in stones for h in self._hashes(sha256)):
            return f"not applied: {FORGOTTEN_ITSELF}"
        found = self.deliveries.get((derived, corrected_name(self.files[source.source][sha256], record.date)))
        if found is None:
            return "not applied yet"
        if not found.readable:
            return "refused"
        if record.row in found.refused:
            return "refused: its row has another fault"
        return APPLIED if found.accepted else "changes nothing that counts"

    def _missing(self, source: Source, record: Correction) -> str:
        forgotten = any(sha256.startswith(record.file) for sha256 in self.forgotten.get(source.source, ()))
        return f"not applied: {FORGOTTEN}" if forgotten else "not applied: no such file came"


def read_corrected(snapshot: Path) -> Corrected:
    """What the ledger and the refusals of a snapshot tell of corrections."""
    names = ["file_seq", "source", "source_file", "sent_file", "original_name", "status", "message", "accepted"]
    ledger = pl.read_parquet(snapshot / "ledger" / "*.parquet", columns=names).sort("file_seq")
    rejects = pl.read_parquet(snapshot / "reject" / "*.parquet", columns=["file_seq", "source_row"]).drop_nulls()
    files: dict[str, dict[str, str]] = {}
    forgotten: dict[str, set[str]] = {}
    for source, sha256, name, status in ledger.select("source", "source_file", "original_name", "status").iter_rows():
        if status == "forgotten":
            forgotten.setdefault(source, set()).add(sha256)
        else:
            files.setdefault(source, {})[sha256] = name
    lost = dict(ledger.drop_nulls("sent_file").select("source_file", "sent_file").iter_rows())
    gone = forgotten_corrections(ledger.filter(status="forgotten").select("source", "message").iter_rows())
    return Corrected(files, dict(_deliveries(ledger, rejects)), forgotten, lost, gone)


def _deliveries(ledger: pl.DataFrame, rejects: pl.DataFrame) -> Iterator[tuple[tuple[str, str], _Delivery]]:
    mine = ledger.filter(pl.col("source").str.ends_with(f".{CORRECTED}"))
    refused = dict(rejects.group_by("file_seq").agg("source_row").iter_rows())
    whole = mine.group_by("file_seq", "source", "original_name", maintain_order=True).agg(
        (pl.col("status") != "unreadable").all().alias("readable"), pl.col("accepted").sum()
    )
    for seq, source, name, readable, accepted in whole.iter_rows():
        yield (source, name), _Delivery(readable, accepted, frozenset(refused.get(seq, [])))
