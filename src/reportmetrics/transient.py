"""Which errors go away by themselves: another writer, a file system that hesitates.

Belongs here: telling these from all others. Not here: waiting and trying again (whoever runs the step).
"""

from __future__ import annotations

import errno

_PASSING = frozenset(
    {errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.ENOLCK, errno.ETXTBSY}
)
_LOCKED = ("could not set lock", "conflicting lock", "being used by another process")


def is_transient(error: BaseException) -> bool:
    """Whether the same step may succeed a little later without anybody doing anything.

    True for a warehouse that another process holds and for passing errors of the file system; false for everything that
    a person must change: a mistake in a definition, a missing file, a full disk, a failed check.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in _PASSING:
            return True
        if any(text in str(seen).lower() for text in _LOCKED):
            return True
        seen = seen.__cause__
    return False
