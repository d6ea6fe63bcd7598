"""What became of deliveries: the summary that a run returns, and the check that the ledger balances."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from reportmetrics.clock import TOLERANCE
from reportmetrics.warehouse.schema import RESTATED
from reportmetrics.words import counted


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of the rows that one delivery held for one table: a line of the ledger."""

    file_seq: int
    table_name: str
    source: str
    original_name: str
    status: str
    message: str | None
    rows_read: int
    accepted: int
    rejected: int
    duplicate: int
    superseded: int
    filtered: int


@dataclass(frozen=True, slots=True)
class IngestSummary:
    """What a run took in.

    ``position`` is the ledger's end, ``unchanged`` the number of files seen before, ``waiting`` the files that are left
    for the next run because they may still be being written, ``unmatched`` those that no source claims,
    ``uncorrected`` the corrections of files that were not taken in, ``stuck`` what cannot be read, and what to do.
    ``not_made`` is the landing folder where nobody has made it yet.
    """

    deliveries: list[Delivery]
    position: int
    unchanged: int
    waiting: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    uncorrected: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    not_made: Path | None = None

    def left_alone(self) -> list[str]:
        """In words, what was not taken in and why; files that may still be written are no news."""
        unmatched = [f"{name if name.isprintable() else repr(name)}: no source claims it" for name in self.unmatched]
        missing = [f"there is no folder {self.not_made} yet, where files arrive"] if self.not_made else []
        return [*missing, *self.stuck, *unmatched, *self.uncorrected]

    def noted(self) -> list[str]:
        """In words, what was seen in files that were read, each note once; and rows that mappings leave out."""
        files: dict[str, dict[str, None]] = {}
        left_out: dict[str, tuple[dict[str, None], int]] = {}
        for line in self.deliveries:
            if line.status == "stored" and line.message:
                files.setdefault(line.message, {})[line.original_name] = None
            if line.filtered:
                names, rows = left_out.get(line.source, ({}, 0))
                left_out[line.source] = ({**names, line.original_name: None}, rows + line.filtered)
        notes = [f"{_named(names)}: {said}" for said, names in files.items()]
        asked = "that the mapping leaves out ('only', 'drop', or below the end of the table)"
        return notes + [f"{_named(names)}: {counted(rows, 'row')} {asked}" for names, rows in left_out.values()]


def _named(names: Collection[str]) -> str:
    first, others = next(iter(names)), len(names) - 1
    return f"{first} and {counted(others, 'more file')}" if others else first


class LedgerError(Exception):
    """The ledger does not balance. Nothing of the batch has been stored."""


class ClockError(Exception):
    """Deliveries arrived at a time that is still to come. Nothing has been taken in."""


def check_clock(connection: duckdb.DuckDBPyConnection, now: dt.datetime) -> dt.datetime:
    """The moment of arrival of what comes ``now`` (naive UTC): never before what has arrived already.

    A clock that was set back a little would make what comes now older than what came before it. Raises ``ClockError``
    where the warehouse holds arrivals that lie far ahead: what arrived then would be hidden from all publications until
    that day comes.
    """
    limit = now + TOLERANCE
    files, last, latest = connection.execute(
        "SELECT count(DISTINCT file_seq) FILTER (WHERE arrived_at > $limit), "
        "max(arrived_at) FILTER (WHERE arrived_at > $limit), max(arrived_at) FROM ledger",
        {"limit": limit},
    ).fetchall()[0]
    if files:
        raise ClockError(
            f"{files} files of the ledger arrived as late as {last:%Y-%m-%d %H:%M} UTC, and it is {now:%Y-%m-%d %H:%M} "
            "UTC now: the clock of this machine was ahead then, or is behind now; nothing was taken in. Set the clock "
            "right, then give these files their time: reportmetrics rebuild"
        )
    return now if latest is None else max(now, latest)


def check_balance(connection: duckdb.DuckDBPyConnection) -> None:
    """Raise ``LedgerError`` unless each line of the ledger adds up."""
    bad = connection.execute(
        "SELECT file_seq, table_name, rows_read, accepted, rejected, duplicate, superseded, filtered FROM ledger "
        "WHERE rows_read <> accepted + rejected + duplicate + superseded + filtered ORDER BY ALL LIMIT 5"
    ).fetchall()
    if bad:
        lines = "; ".join(f"delivery {b[0]}, {b[1]}: {b[2]} <> {' + '.join(str(n) for n in b[3:])}" for b in bad)
        raise LedgerError(f"the ledger does not balance ({lines}); rebuild the warehouse from the archive")


def check_core(connection: duckdb.DuckDBPyConnection, table: str, first: int, last: int) -> None:
    """Raise ``LedgerError`` unless core holds, of the deliveries ``first`` to ``last``, the rows called accepted."""
    bad = connection.execute(
        f"""
        WITH stored AS (
            SELECT file_seq, count(*) AS rows FROM core.{table}
            WHERE file_seq BETWEEN $first AND $last AND {RESTATED} IS NULL GROUP BY file_seq
        ),
        told AS (
            SELECT file_seq, accepted FROM ledger
            WHERE table_name = $table AND file_seq BETWEEN $first AND $last AND accepted > 0
        )
        SELECT file_seq, rows, accepted FROM stored FULL JOIN told USING (file_seq)
        WHERE rows IS DISTINCT FROM accepted
        """,
        {"table": table, "first": first, "last": last},
    ).fetchall()
    if bad:
        raise LedgerError(f"{table}: core and ledger differ for deliveries {bad[:5]} (delivery, stored, accepted)")
