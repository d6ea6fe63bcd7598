"""Which columns of a canonical table the rows of a source tell, beside what other sources of the profile tell of it.

Belongs here: comparing mappings. Not here: what follows for a record (``warehouse.told_state``).
"""

from __future__ import annotations

from collections.abc import Callable

from reportmetrics.ingest.mapping import Fit
from reportmetrics.profile.intake import intake
from reportmetrics.profile.load import Profile
from reportmetrics.profile.sources import TableMap
from reportmetrics.warehouse.shape import NOT_APPLICABLE, Table
from reportmetrics.warehouse.told import bits

_VALUES = {"value", "value_number", "value_text"}
"""Columns of tables that have the column ``NOT_APPLICABLE``, to which it belongs."""

Tells = Callable[[Table, Fit], int | None]
"""Bits of the columns that the rows of a fitted mapping tell; None when no source of the table tells any other."""


def tells_of(profile: Profile) -> Tells:
    """For the mappings of one profile. A column that a file lacks is not told by it; a blank in one that it has is."""
    told: dict[str, set[str]] = {}
    for source in intake(profile.sources):
        for entry in source.tables:
            told.setdefault(entry.table, set()).update(mapped_columns(entry))

    def tells(table: Table, fitted: Fit) -> int | None:
        missing = {n for n, o in fitted.origins.items() if o.cell is None and o.made is None and _from_file(fitted, n)}
        own = (mapped_columns(fitted.table) - missing) | set(table.key)
        return None if own >= told.get(table.name, set()) else bits(table, own)

    return tells


def _from_file(fitted: Fit, name: str) -> bool:
    given = fitted.origins[name].given
    return given.fact is None and given.value is None


def mapped_columns(entry: TableMap) -> set[str]:
    """Columns that a mapping tells, of a file that lacks none.

    Who tells a value tells that it applies, unless one of the words says otherwise.
    """
    columns = set(entry.columns) | (set() if entry.events is None else set(entry.events.columns))
    says_so = bool(columns & _VALUES) or any(given.not_applicable for given in entry.columns.values())
    return columns | ({NOT_APPLICABLE} if says_so else set())
