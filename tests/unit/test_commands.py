"""A program that does not end fails its test, and says where it stood."""

import sys

import pytest

from tests.commands import to_its_end


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
