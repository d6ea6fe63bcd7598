"""Ending the process at once, when a command has done its work.

Python takes a program apart before it ends: it searches all objects for garbage, then frees modules one by one. After a
run, with some two million objects, that took a second in which nothing happens that the system does not do by itself.

Belongs here: ending. Not here: exit codes and what they mean (``cli``).
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from typing import NoReturn

LOST_OUTPUT = 120
"""Python's own exit code where the last of the output could not be written."""


def leave(code: int) -> NoReturn:
    """End with ``code``, after all output and what was registered for the end (logs, temporary folders, processes).

    Where a thread still works, Python ends as usual: it waits for that thread.
    """
    if any(not t.daemon for t in threading.enumerate() if t is not threading.main_thread()):
        sys.exit(code)
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            code = code or LOST_OUTPUT
    os._exit(code)
