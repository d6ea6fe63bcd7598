"""A program that does not end fails its test, and says where it stood."""

import signal
import sys
import time
from pathlib import Path

import pytest

from tests.commands import forked, to_its_end


def test_what_a_program_prints_and_its_code() -> None:
    code = "import sys; print('told'); print('warned', file=sys.stderr); sys.exit(3)"
    done = to_its_end([sys.executable, "-c", code])
    assert (done.returncode, done.stdout, done.stderr) == (3, "told\n", "warned\n")


def test_a_program_that_does_not_end_says_where_it_stood() -> None:
    code = "import threading\ndef stuck(): threading.Event().wait()\nprint('begun', flush=True)\nstuck()"
    with pytest.raises(AssertionError, match=r"(?s)no end within 2 seconds.*begun.*in stuck"):
        to_its_end([sys.executable, "-c", code], seconds=2)


def test_nor_is_what_it_left_behind_waited_for() -> None:
    """A child that holds the output open, when the program itself has ended."""
    code = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"
    with pytest.raises(AssertionError, match="no end within 2 seconds"):
        to_its_end([sys.executable, "-c", code], seconds=2)


def test_so_it_is_of_a_copy_of_a_warm_process() -> None:
    code = "import sys; print('told'); print('warned', file=sys.stderr); sys.exit(3)"
    done = forked(exec, code)
    assert (done.returncode, done.stdout, done.stderr) == (3, "told\n", "warned\n")
    with pytest.raises(AssertionError, match=r"(?s)no end within 2 seconds.*in _begin"):
        forked(time.sleep, 60, seconds=2)


def test_a_copy_has_what_it_was_given_and_nothing_of_the_product_or_of_an_earlier_one(tmp_path: Path) -> None:
    code = (
        "import os, sys\n"
        "print(os.getcwd(), dict(os.environ), os.getpgrp() == os.getpid())\n"
        "known = {m.split('.')[0] for m in sys.modules}\n"
        "print('great_expectations' in known, known & {'reportmetrics', 'pipelines', 'polars'})\n"
        "import reportmetrics.settings; os.environ['LEFT'] = 'behind'\n"
    )
    told = f"{tmp_path} {{'ONLY': 'this'}} True\nTrue set()\n"
    assert [forked(exec, code, env={"ONLY": "this"}, cwd=tmp_path).stdout for _ in range(2)] == [told, told]


def test_one_that_is_killed_says_by_which_signal() -> None:
    assert forked(signal.raise_signal, signal.SIGKILL).returncode == -signal.SIGKILL
