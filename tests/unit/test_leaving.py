"""How a command ends: with its code, after its output and what was registered for the end, and without waiting."""

import os
import subprocess
import sys

import pytest

from reportmetrics.leaving import LOST_OUTPUT
from tests.commands import to_its_end

BEFORE = "import atexit, sys, threading, time\nfrom reportmetrics.leaving import leave\n"


def ended(code: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
    return to_its_end([sys.executable, "-c", BEFORE + code], env=environment, seconds=60)


@pytest.mark.parametrize("code", [0, 1, 2])
def test_all_output_is_written_and_the_code_given(code: int) -> None:
    done = ended(f"sys.stdout.write('x' * 5_000); sys.stderr.write('told'); leave({code})")
    assert (done.returncode, done.stdout, done.stderr) == (code, "x" * 5_000, "told")


def test_what_was_registered_for_the_end_runs_and_may_write() -> None:
    assert ended("atexit.register(lambda: print('tidied up')); leave(0)").stdout == "tidied up\n"


def test_python_is_not_taken_apart() -> None:
    code = "class Kept:\n    def __del__(self): print('freed')\nkept = Kept()\n"
    assert ended(code + "sys.exit(0)").stdout == "freed\n"
    assert ended(code + "leave(0)").stdout == ""


def test_a_thread_that_still_works_is_waited_for() -> None:
    work = "def work():\n    time.sleep(0.5)\n    print('done')\nthreading.Thread(target=work).start()\n"
    done = ended(work + "leave(1)")
    assert (done.returncode, done.stdout) == (1, "done\n")


def test_output_that_cannot_be_written_is_told_by_the_code() -> None:
    code = "import os\nsys.stdout.write('lost'); os.close(1); "
    assert ended(code + "leave(0)").returncode == LOST_OUTPUT
    assert ended(code + "leave(2)").returncode == 2
