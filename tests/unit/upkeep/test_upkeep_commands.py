"""The commands of upkeep: they wait for a run, and say so; they tell a home from none."""

from __future__ import annotations

import fcntl
import threading
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from reportmetrics import cli_upkeep
from reportmetrics.alone import alone
from reportmetrics.cli import app
from reportmetrics.current import StepError
from reportmetrics.ingest.rebuild import RebuildError
from reportmetrics.settings import Settings
from reportmetrics.upkeep.fsck import fsck
from reportmetrics.upkeep.redaction import Wanted
from reportmetrics.upkeep.unfinished import Unfinished, note
from reportmetrics.warehouse.instances import INSTANCES
from reportmetrics.warehouse.store import Store, StoreError
from tests.unit.audit.editions import settings_in

COMMANDS = {
    "reportmetrics.ingest.rebuild.rebuild": ["rebuild"],
    "reportmetrics.upkeep.rotation.rotate": ["rebuild", "--new-key"],
    "reportmetrics.senders.given_back.give_back": ["rejects", "return"],
    "reportmetrics.upkeep.plan.plan_of": ["forget", "Jane Doe"],
}


class ReachedError(Exception):
    """The work would begin here."""


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    settings = settings_in(tmp_path / "home")
    with Store(settings.warehouse):
        pass
    return settings


def call(settings: Settings, *words: str) -> Any:
    return CliRunner().invoke(app, [*words, "--profile", str(settings.profile), "--home", str(settings.home)])


@pytest.mark.parametrize("work", COMMANDS)
def test_no_run_can_begin_meanwhile(home: Settings, monkeypatch: pytest.MonkeyPatch, work: str) -> None:
    held: list[bool] = []

    def begin(*_: object, **__: object) -> None:
        with (home.staging / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                held.append(False)
            except BlockingIOError:
                held.append(True)
        raise ReachedError

    monkeypatch.setattr(work, begin)
    assert isinstance(call(home, *COMMANDS[work]).exception, ReachedError)
    assert held == [True]


def test_it_waits_for_a_run_and_says_so(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    told, ended = threading.Event(), threading.Event()

    def begin(*_: object, **__: object) -> None:
        assert ended.is_set()
        raise ReachedError

    monkeypatch.setattr("reportmetrics.ingest.rebuild.rebuild", begin)
    monkeypatch.setattr(cli_upkeep, "_waiting", lambda text: (said.append(text), told.set()))
    results: list[Any] = []
    with alone(home):
        other = threading.Thread(target=lambda: results.append(call(home, "rebuild")))
        other.start()
        assert told.wait(60)
        ended.set()
    other.join()
    assert isinstance(results[0].exception, ReachedError)
    assert [text for text in said if "waiting until it has ended" in text] == said


def test_rebuild_would_keep_what_an_unfinished_order_was_to_remove(home: Settings) -> None:
    note(home, Unfinished(["p-0123456789ab"], [], "2021-02-03T04:05:06", "asked for", [], {}, {}, Wanted()))
    error = call(home, "rebuild").exception
    assert isinstance(error, RebuildError)
    assert "finish it first: reportmetrics forget p-0123456789ab --carry-out" in str(error)


def test_no_home_is_not_a_whole_home(home: Settings, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for words in (["fsck"], ["rebuild"], ["forget", "Jane Doe"]):
        done = CliRunner().invoke(app, [*words, "--home", str(tmp_path / "nowhere")])
        assert done.exit_code == 2, words
        assert not (tmp_path / "nowhere").exists()
    with pytest.raises(StepError, match="is no home of a mission"):
        fsck(settings_in(tmp_path / "empty"))
    assert fsck(home).findings == []


def test_a_run_that_works_in_the_home_is_no_harm(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with alone(home), pytest.raises(StoreError, match=r"a run works in .* try again when it has ended"):
        fsck(home)
    refusals = {"Could not set lock on file": "a run has it open", "Cannot open file: Permission denied": None}
    for refusal, said in refusals.items():

        def refuse(*_: object, text: str = refusal, **__: object) -> None:
            raise duckdb.IOException(f"IO Error: {text}")

        INSTANCES.let_go()
        with monkeypatch.context() as patched:
            patched.setattr("duckdb.connect", refuse)
            if said:
                with pytest.raises(StoreError, match=f"{said}; nothing was examined"):
                    fsck(home)
            else:
                [finding] = fsck(home).findings
                assert "may not read and write it" in finding.what
                assert finding.remedy == "run as its owner, or correct its access rights"
