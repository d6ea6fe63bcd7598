"""Programs that a test calls and waits for, and which say where they stand if they do not end.

Belongs here: starting and waiting for them. Not here: which program, with what.
"""

from __future__ import annotations

import contextlib
import faulthandler
import functools
import importlib
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

import pytest

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
                program.wait(timeout=10)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)  # what it left behind holds its output open
            out, err = program.communicate()
            raise AssertionError(f"no end within {seconds:.0f} seconds: {command}\n{out}\n{err}") from None
    return subprocess.CompletedProcess(list(command), program.returncode, out, err)


def command(
    *arguments: str, env: Mapping[str, str] | None = None, cwd: Path | str | None = None, seconds: float = LONGEST
) -> subprocess.CompletedProcess[str]:
    """The same of ``reportmetrics`` with ``arguments``, in a process that need not import other people's libraries."""
    return forked(_main, arguments, env=env, cwd=cwd, seconds=seconds)


def _main(arguments: Sequence[str]) -> None:
    sys.argv = ["reportmetrics", *arguments]
    importlib.import_module("reportmetrics.cli").main()


def forked(
    work: Callable[..., object],
    *args: object,
    env: Mapping[str, str] | None = None,
    cwd: Path | str | None = None,
    seconds: float = LONGEST,
) -> subprocess.CompletedProcess[str]:
    """What ``work`` printed, and the exit code of the process of its own that it was called in.

    That is a copy of one that has imported libraries (``warm``) and does nothing else, so it shares nothing with the
    test or with an earlier call. What is about the start of a program, about terminals and signals is not for this:
    :func:`to_its_end` starts Python.
    """
    given = dict(os.environ if env is None else env)
    with tempfile.TemporaryDirectory() as folder:
        told = [Path(folder) / name for name in ("out", "err")]
        for path in told:
            path.touch()
        program = _warm().Process(target=_begin, args=(told, given, cwd or Path.cwd(), work, args))
        program.start()
        try:
            program.join(seconds)
            code = program.exitcode
        finally:
            _end(program)
        out, err = (path.read_text(encoding="utf-8") for path in told)
    if code is None:
        raise AssertionError(f"no end within {seconds:.0f} seconds: {work} {args}\n{out}\n{err}")
    return subprocess.CompletedProcess(list(args), code, out, err)


@functools.cache
def _warm() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.warm"])
    with pytest.MonkeyPatch.context() as patched:
        # The server of Python 3.11 is not told where the modules of this process are.
        patched.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
        forkserver.ensure_running()
    return context


def _begin(
    told: Sequence[Path], env: Mapping[str, str], cwd: Path | str, work: Callable[..., object], args: Sequence[object]
) -> None:
    """In the new process: be as if a shell had started it, and work."""
    os.setsid()
    for number, path in zip((0, 1, 2), (os.devnull, *told), strict=True):
        opened = os.open(path, os.O_RDWR)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdout, sys.stderr = (open(n, "w", buffering=b, closefd=False) for n, b in ((1, -1), (2, 1)))  # noqa: SIM115
    faulthandler.enable()
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    os.chdir(cwd)
    work(*args)


def _end(program: ForkServerProcess) -> None:
    """Let nothing of it be left: one that has not ended says where it stood, then it and its children are killed."""
    if program.exitcode is not None:
        return
    number = program.pid
    assert number
    os.kill(number, signal.SIGABRT)
    program.join(10)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(number, signal.SIGKILL)
    program.join()
