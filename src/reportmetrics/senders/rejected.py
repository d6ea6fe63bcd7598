"""Refused rows with who sent them and what became of them since.

Belongs here: one frame of faults, filtered. Not here: printing (``cli_print``), the workbook (``returned``).
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping

import polars as pl

from reportmetrics.profile.intake import declared_id, intake
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
    found = _with_senders(found, {s.source: s for s in intake(profile.sources)})
    _look_for_names(found, profile.sources, source=source, code=code, sender=sender)
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


def _with_senders(faults: pl.DataFrame, sources: Mapping[str, Source]) -> pl.DataFrame:
    """A mended workbook has no facts in its name: its sender is that of the source, facts left open."""
    pairs = faults.select("source", "facts").unique()
    names = [
        sources[s].sender_of(json.loads(facts) if facts else None) if s in sources else "unknown"
        for s, facts in pairs.iter_rows()
    ]
    known = pairs.with_columns(sender=pl.Series("sender", names, dtype=pl.String))
    return faults.join(known, on=["source", "facts"], how="left", nulls_equal=True)


def _look_for_names(
    faults: pl.DataFrame, sources: Iterable[Source], *, source: str | None, code: str | None, sender: str | None
) -> None:
    """Raises ``UnknownNameError`` for a name that can only be a slip: an empty answer would say that all is well.

    An empty sender is a part of every name, and nobody's: each refusal has a sender.
    """
    if sender is not None and not sender.strip():
        raise UnknownNameError("--sender", "an empty name is no sender's; give one, or leave --sender out for all")
    described = [s for s in intake(sources) if declared_id(s.source) == s.source]
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
    if not any(_is_sender(sender, s.sender) for s in described):
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
