"""The landing folder itself: whether it is there and can be listed. A slip of the pen must not pass for "nothing came".

Belongs here: the folder as a whole. Not here: what lies in it (``landing``).
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

from reportmetrics.settings import Settings


class LandingError(Exception):
    """The landing folder is not there, or cannot be listed; nothing was taken in. The text says what to do."""


def check_landing(settings: Settings) -> bool:
    """Whether there is a landing folder. It may be missing only in its default place, where nobody has made it yet.

    Raises ``LandingError`` where it is missing otherwise, is no folder, or cannot be listed.
    """
    folder = settings.landing
    try:
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.stat(".", dir_fd=opened)  # to list names is one right, to ask for what they name is another
        finally:
            os.close(opened)
    except FileNotFoundError as error:
        if not settings.landing_must_exist:
            return False
        raise LandingError(
            f"there is no landing folder {folder}; make it, or correct --landing or REPORTMETRICS_LANDING"
        ) from error
    except OSError as error:
        raise cannot_be_listed(folder, error) from error
    return True


def cannot_be_listed(folder: Path, error: OSError) -> LandingError:
    """What is said of a landing folder that the system does not let this program list."""
    if isinstance(error, NotADirectoryError):
        return LandingError(
            f"the landing folder {folder} is not a folder; correct --landing or REPORTMETRICS_LANDING, "
            "or put a folder in its place"
        )
    mend = "correct --landing or REPORTMETRICS_LANDING"
    if error.errno not in (errno.ELOOP, errno.ENAMETOOLONG):
        mend = "let this user list and enter it"
    return LandingError(f"the landing folder {folder} cannot be listed ({error.strerror}); {mend}")
