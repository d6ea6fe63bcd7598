"""Giving refused rows back to their senders: the workbooks, and the record that they were given back.

Belongs here: the order of the two. Not here: the workbooks (``returned``), the record (``ingest.hand_backs``).
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from reportmetrics.ingest.hand_backs import known_records, write_record
from reportmetrics.ingest.run import take_hand_backs
from reportmetrics.profile.load import Profile
from reportmetrics.senders.returned import Returned, return_rejects
from reportmetrics.settings import Settings
from reportmetrics.warehouse.store import Store


def give_back(
    settings: Settings, profile: Profile, faults: pl.DataFrame, folder: Path, *, day: dt.date
) -> list[Returned]:
    """Write a workbook for each sender of ``faults`` (as of ``rejected``, open ones) into ``folder``, and record it.

    When this returns the record is in the archive and in the ledger, known from ``day`` on. Raises what
    ``return_rejects`` and ``ingest`` raise; a record that was written and could not be taken in is taken in by the next
    run.
    """
    with Store(settings.warehouse) as store:
        known = known_records(store.connection, settings.hand_backs)
    written = return_rejects(faults, profile, settings.archive, folder, today=day, known=known)
    if written:
        write_record(settings.hand_backs, pl.concat(w.handed for w in written))
        take_hand_backs(settings, profile)
    return written
