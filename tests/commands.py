"""Programs that a test calls and waits for, and which say where they stand if they do not end.

Belongs here: waiting for them. Not here: which program, with what.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

LONGEST = 400.0
"""Seconds; the slowest takes some thirty on a busy machine. Less than ``faulthandler_timeout`` of the whole test."""


def to_its_end(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | str | None = None,
    seconds: float = LONGEST,
) -> subprocess.CompletedProcess[str]:
    """What a program printed and its exit code. Fails, with the stack of each of its threads, when it does not end."""
    given = dict(os.environ if env is None else env) | {"PYTHONFAULTHANDLER": "1"}
    with subprocess.Popen(
        command, env=given, cwd=cwd, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as program:
        try:
            out, err = program.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            program.send_signal(signal.SIGABRT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                program.communicate(timeout=10)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)  # what it left behind holds its output open
            out, err = program.communicate()
            raise AssertionError(f"no end within {seconds:.0f} seconds: {command}\n{out}\n{err}") from None
    return subprocess.CompletedProcess(list(command), program.returncode, out, err)
