"""What the warehouse holds, in a few numbers, for whoever watches over it.

Belongs here: counts and last arrivals. Not here: rows (``snapshot``), faults (``steps.rejects``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from reportmetrics.warehouse.store import Store
from reportmetrics.warehouse.tables import BOOKS, SOURCE_TABLES


@dataclass(frozen=True, slots=True)
class Overview:
    """Rows by core table and book, and when each source last sent something (naive UTC; resent files count)."""

    rows: dict[str, int]
    last_arrival: dict[str, dt.datetime]


def overview(store: Store) -> Overview:
    """Counts of what the open warehouse holds."""
    tables = [*((t.name, f"core.{t.name}") for t in SOURCE_TABLES), *((b, b) for b in BOOKS)]
    counted = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {place}" for name, place in tables)
    rows = store.connection.execute(counted).fetchall()
    seen = store.connection.execute("SELECT source, max(seen_at) FROM seen GROUP BY source").fetchall()
    return Overview({str(n): int(c) for n, c in rows}, {str(s): at for s, at in seen})
