"""Corrections of files that are to be forgotten: a corrected row tells again what the file said, names included.

Belongs here: finding their deliveries, and their records in the profile. Not here: making them go (``forget``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from reportmetrics.ingest.sidecars import Sidecar
from reportmetrics.profile.corrections import Correction
from reportmetrics.profile.intake import CORRECTED, corrected_file
from reportmetrics.profile.sources import Source
from reportmetrics.upkeep.hand_backs import Lines


def corrections_of_files(living: Iterable[Sidecar], files: Sequence[Sidecar]) -> list[Sidecar]:
    """Deliveries of corrections of ``files``, but for those that are among them."""
    there = {s.path for s in files}
    return [c for c in living if c.path not in there and any(_is_of(c, s) for s in files)]


def _is_of(correction: Sidecar, file: Sidecar) -> bool:
    """By source and name; and by hash, since a register may be overwritten. Sidecars of before do not tell the hash."""
    if (correction.source, corrected_file(correction.name)) != (f"{file.source}.{CORRECTED}", file.name):
        return False
    return correction.corrects is None or correction.corrects in file.hashes


def records_of(sources: Iterable[Source], files: Sequence[Sidecar]) -> Iterator[str]:
    """Records of corrections of ``files`` in the profile."""
    for source in sources:
        hashes = {h for s in files if s.source == source.source for h in s.hashes}
        yield from (_named(source, c) for c in source.corrections if any(h.startswith(c.file) for h in hashes))


def records_of_rows(sources: Iterable[Source], lines: Lines) -> Iterator[str]:
    """Records of corrections of rows that are to go out of files which stay."""
    for source in sources:
        going = [(s.hashes, sheets) for s, sheets in lines.values() if s.source == source.source]
        for each in source.corrections:
            if any(
                any(h.startswith(each.file) for h in hashes)
                and any(each.sheet in (None, name) and each.row in rows for name, rows in sheets.items())
                for hashes, sheets in going
            ):
                yield _named(source, each)


def _named(source: Source, record: Correction) -> str:
    return f"source {source.source}, correction of row {record.row} of {record.file[:12]}, {record.date}"
