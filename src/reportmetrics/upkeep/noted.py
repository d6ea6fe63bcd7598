"""Whether what the warehouse notes beside its rows agrees with them: files that are known, how far it was checked.

Belongs here: the tables ``seen`` and ``state``. Not here: ledger and core (``fsck``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb

from reportmetrics.ingest.sidecars import Sidecar
from reportmetrics.upkeep.finding import REBUILD, Finding
from reportmetrics.warehouse.store import PASSED


def noted(connection: duckdb.DuckDBPyConnection, sidecars: Sequence[Sidecar]) -> Iterator[Finding]:
    """What these tables say otherwise than archive, ledger and the history of checks."""
    yield from _seen(connection, sidecars)
    yield from _state(connection)


def _seen(connection: duckdb.DuckDBPyConnection, sidecars: Sequence[Sidecar]) -> Iterator[Finding]:
    """A file noted as known that was never taken in would be passed over; one that is not noted, be taken in twice."""
    taken = {(s.said["identity"], s.source): s for s in sidecars}
    rows = connection.execute("SELECT identity, source, min(name) FROM seen GROUP BY ALL ORDER BY ALL").fetchall()
    known = {(identity, source): name for identity, source, name in rows}
    named = {(s.name, s.source) for s in sidecars}  # A file of corrections is noted again under the hash of now.
    for key in known.keys() - taken.keys():
        if (known[key], key[1]) in named:
            continue
        what = f"{known[key]} is noted as taken in from '{key[1]}', and the archive has nothing of it"
        yield Finding("seen", what, REBUILD)
    for key in taken.keys() - known.keys():
        if taken[key].file_seq is not None:
            what = (
                f"delivery {taken[key].file_seq} ({taken[key].name}) is not noted as taken in, so it might come twice"
            )
            yield Finding("seen", what, REBUILD)


def _state(connection: duckdb.DuckDBPyConnection) -> Iterator[Finding]:
    position, validated = connection.execute("SELECT position, validated_position FROM state").fetchall()[0]
    last = connection.execute("SELECT coalesce(max(file_seq), 0) FROM ledger").fetchall()[0][0]
    passed = connection.execute(PASSED).fetchall()[0][0] or 0
    if position != last:
        yield Finding("state", f"says that the ledger ends with delivery {position}; it ends with {last}", REBUILD)
    if validated > passed:
        what = (
            f"says that the rows up to delivery {validated} passed their checks; the history of checks knows it up to "
            f"{passed}"
        )
        yield Finding("state", what, f"{REBUILD}, and the next run checks all rows again")
