"""Going over to another key of the pseudonyms.

Everybody gets another pseudonym in the warehouse; publications that were made before keep the old ones, and nothing
links the two once the old key is gone.

Belongs here: the order in which key and warehouse change. Not here: keys (``ingest.pseudonyms``), rebuilding.
"""

from __future__ import annotations

from pathlib import Path

from reportmetrics.ingest.pseudonyms import new_key, write_key
from reportmetrics.ingest.rebuild import RebuildError, Rebuilt, rebuild
from reportmetrics.profile.load import Profile
from reportmetrics.progress import Track, silent
from reportmetrics.settings import Settings, pseudonym_key_from_environment


def rotate(settings: Settings, profile: Profile, *, track: Track = silent) -> Rebuilt:
    """Make a new key and the warehouse anew with it; the old key and the old database are removed.

    The new key lies in a file of its own until the warehouse is made: a rotation that was stopped goes on with it.
    Raises ``RebuildError`` where the key comes from the environment: it is then changed there.
    """
    if pseudonym_key_from_environment():
        raise RebuildError(
            "the key comes from REPORTMETRICS_PSEUDONYM_KEY: set the new one there, then: "
            "reportmetrics rebuild --drop-old"
        )
    waiting = waiting_key(settings)
    if not waiting.exists():
        write_key(waiting, new_key())
    made = rebuild(settings, profile, key=waiting.read_bytes().strip(), keep_old=False, track=track)
    waiting.replace(settings.pseudonym_key_file)
    return made


def waiting_key(settings: Settings) -> Path:
    """Where the new key lies while a rotation is not finished."""
    path = settings.pseudonym_key_file
    return path.with_name(f"{path.name}.next")
