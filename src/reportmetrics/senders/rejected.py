"""Refused rows with who sent them and what became of them since.

Belongs here: one frame of faults, filtered. Not here: printing (``cli_print``), the workbook (``returned``).
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import PurePath

import polars as pl

from reportmetrics.profile.intake import declared_id, intake, is_returned, reads_forms, sender_of_form
from reportmetrics.profile.load import Profile
from reportmetrics.profile.sources import Source, facts_of_sender
from reportmetrics.warehouse.answers import REFERENCE_SQL, SENT_SQL, answers
from reportmetrics.warehouse.made_tables import REJECT
from reportmetrics.warehouse.store import Store

OPEN = "open"


class UnknownNameError(ValueError):
    """Refusals were asked for by a name that there is not. ``option`` is the option that gave it."""

    def __init__(self, option: str, message: str) -> None:
        super().__init__(message)
        self.option = option


def unknown_source(name: str, known: Iterable[str]) -> str:
    """That there is no source of this name, with the nearest one."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(names)}"
    return f"there is no source '{name}'; {hint}"


def rejected(
    store: Store,
    profile: Profile,
    *,
    source: str | None = None,
    code: str | None = None,
    sender: str | None = None,
    only_open: bool = False,
) -> pl.DataFrame:
    """Faults, newest delivery first: columns of ``reject``, and ``sender``, ``state``, ``ref``, ``sha256``, ``facts``.

    ``sent_sha256`` is the hash of the file as it was sent: another one where rows of it were forgotten since. ``state``
    is ``open``, ``mended`` or ``refused again`` (then the later refusal is the open one). ``source`` takes in
    the mended workbooks of that source; ``sender`` is compared without regard to case, and may be a part of the name.

    Raises ``UnknownNameError`` for a source that there is not, and, where anything was refused, for a code that no
    refusal has and a sender who is neither that of a refusal nor of a source, and for an empty sender.
    """
    columns = ", ".join(f"r.{c.name}" for c in REJECT.columns)
    faults = store.connection.sql(
        f"SELECT {columns}, {REFERENCE_SQL} AS ref, l.source_file AS sha256, {SENT_SQL} AS sent_sha256, l.facts "
        "FROM reject AS r JOIN ledger AS l USING (file_seq, table_name)"
    ).pl()
    states = answers(store.connection, store.position()).select(
        "file_seq", "table_name", "sheet", "source_row", "answer"
    )
    place = ["file_seq", "table_name", "sheet", "source_row"]
    found = faults.join(states, on=place, how="left", nulls_equal=True)
    found = found.with_columns(state=pl.col("answer").fill_null(OPEN)).drop("answer")
    found = _with_senders(found, {s.source: s for s in intake(profile.sources)}, _handed_to(store))
    _look_for_names(found, profile, source=source, code=code, sender=sender)
    if source is not None:
        found = found.filter(pl.col("source").map_elements(declared_id, return_dtype=pl.String) == declared_id(source))
    if code is not None:
        found = found.filter(pl.col("code") == code)
    if sender is not None:
        found = found.filter(pl.col("sender").str.to_lowercase().str.contains(sender.lower(), literal=True))
    if only_open:
        found = found.filter(pl.col("state") == OPEN)
    return found.sort(
        ["file_seq", "table_name", "source_row", "column_name", "code"], descending=[True, False, False, False, False]
    )


_OF_SENDER = ["source", "facts", "unit_id", "original_name"]


def _with_senders(faults: pl.DataFrame, sources: Mapping[str, Source], handed: Mapping[str, str]) -> pl.DataFrame:
    """``handed``: to whom each returned workbook went, by its name without the ending."""
    pairs = faults.select(_OF_SENDER).unique()
    names = [
        _sender(sources[s], facts, unit, name, handed) if s in sources else "unknown"
        for s, facts, unit, name in pairs.iter_rows()
    ]
    known = pairs.with_columns(sender=pl.Series("sender", names, dtype=pl.String))
    return faults.join(known, on=_OF_SENDER, how="left", nulls_equal=True)


def _sender(source: Source, facts: str | None, unit: str | None, name: str, handed: Mapping[str, str]) -> str:
    """Who sent a refused row: the unit of a form; of a mended workbook, whose name has no facts, whom it went to."""
    if reads_forms(source) and unit is not None:
        return sender_of_form(unit)
    if is_returned(source) and (reads_forms(source) or facts_of_sender(source.sender)):
        went_to = next((to for book, to in handed.items() if PurePath(name).name.startswith(book)), None)
        if went_to is not None:
            return went_to
    return source.sender_of(json.loads(facts) if facts else None)


def _handed_to(store: Store) -> dict[str, str]:
    """Senders by the names of the workbooks that went to them; a copy of one may have more at the end of its name."""
    found = store.connection.execute(
        "SELECT workbook, max(sender) FROM core.hand_back WHERE workbook IS NOT NULL GROUP BY workbook"
    ).fetchall()
    return {str(book).removesuffix(".xlsx"): str(sender) for book, sender in found}


def _look_for_names(
    faults: pl.DataFrame, profile: Profile, *, source: str | None, code: str | None, sender: str | None
) -> None:
    """Raises ``UnknownNameError`` for a name that can only be a slip: an empty answer would say that all is well.

    An empty sender is a part of every name, and nobody's: each refusal has a sender.
    """
    if sender is not None and not sender.strip():
        raise UnknownNameError("--sender", "an empty name is no sender's; give one, or leave --sender out for all")
    described = [s for s in intake(profile.sources) if declared_id(s.source) == s.source]
    known = dict.fromkeys([*(s.source for s in described), *(declared_id(s) for s in faults["source"].unique())])
    if source is not None and declared_id(source) not in known:
        raise UnknownNameError("--source", unknown_source(source, known))
    if faults.is_empty():
        return
    codes, senders = sorted(faults["code"].unique()), sorted(faults["sender"].unique())
    if code is not None and code not in codes:
        raise UnknownNameError("--code", f"nothing was refused as '{code}'; there are: {', '.join(codes)}")
    if sender is None or any(sender.lower() in s.lower() for s in senders):
        return
    units = (sender_of_form(u.unit_id) for u in profile.mission.units)
    if not any(_is_sender(sender, name) for name in (*(s.sender for s in described), *units)):
        listed = "\n".join(f"  {name}" for name in senders)
        raise UnknownNameError("--sender", f"no sender of refused rows is called '{sender}'; there are:\n{listed}")


def _is_sender(name: str, described: str) -> bool:
    """Whether a name is a part of a sender as the profile has it, or the whole of it with facts of a file's name."""
    if name.lower() in described.lower():
        return True
    pattern = re.escape(described)
    for fact in facts_of_sender(described):
        pattern = pattern.replace(re.escape(f"{{{fact}}}"), ".+")
    return re.fullmatch(pattern, name, flags=re.IGNORECASE) is not None
