"""Places in the ledger that a run which was stopped did not note in the archive yet, or took back there too soon.

Rows and sidecars cannot change in one step. What is stored counts: a sidecar without its place would be taken in last
by a rebuild, and one that was set aside while its rows stayed would be missed.

Belongs here: setting such sidecars right. Not here: noting places as files are taken in (``archive``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import duckdb

from reportmetrics.ingest.archive import identities
from reportmetrics.ingest.sidecars import ASIDE, SidecarError, read_sidecar, write_sidecar

_BEFORE = """
SELECT DISTINCT file_seq, source, facts, source_file FROM ledger
WHERE file_seq = (SELECT max(file_seq) FROM ledger WHERE file_seq < $before)
"""


def note_left_places(connection: duckdb.DuckDBPyConnection, archive: Path) -> bool:
    """Note the places of the last deliveries, back to the first one whose sidecar tells its own already.

    Places are noted in their order and taken back in the opposite one, so those that are missing are the last.
    Returns whether there were any.
    """
    were_left = False
    with suppress(SidecarError):  # others name it, with what to do
        for place, paths in _from_last(connection, archive):
            if not _is_set_right(place, paths):
                break
            were_left = True
    return were_left


def _is_set_right(place: int, paths: Sequence[Path]) -> bool:
    """Whether there was something to be set right in the sidecar that has one of the ``paths``."""
    path = next((p for p in paths if p.exists()), None)
    if path is not None:
        sidecar = read_sidecar(path)
        if sidecar.file_seq is None:
            write_sidecar(path, sidecar.said | {"file_seq": place})
        return sidecar.file_seq is None
    aside = next((a for p in paths if (a := p.with_suffix(ASIDE)).exists()), None)
    if aside is None or read_sidecar(aside).said.get("file_seq") != place:
        return False
    aside.rename(aside.with_suffix(".json"))
    return True


def _from_last(connection: duckdb.DuckDBPyConnection, archive: Path) -> Iterator[tuple[int, list[Path]]]:
    """Place and possible sidecars of each delivery, the last one first."""
    before = float("inf")
    while found := connection.execute(_BEFORE, {"before": before}).fetchall():
        before, source, facts, sha256 = found[0]
        names = identities(source, facts, sha256)
        yield int(before), [archive / f"{sha256}.{name[:12]}.json" for name in names]
