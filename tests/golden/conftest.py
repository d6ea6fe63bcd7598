"""The reference mission's sample, taken through the main job once for the whole session."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from pipelines.launch import Outcome, launch
from reportmetrics.sample import truths
from reportmetrics.settings import Settings
from tests.golden.reference import Reference
from tests.shared import made_once

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What one run of the main job on the committed sample gave."""

    def make(home: Path) -> None:
        settings = Settings(
            profile=ROOT / "data" / "profiles" / "nmi", home=home, landing=ROOT / "data" / "sample" / "nmi"
        )
        done = launch(settings, as_of=truths.AS_OF)
        assert done.error is None
        assert done.success
        (home / "outcome.pickle").write_bytes(pickle.dumps(done))

    home = made_once(tmp_path_factory, "reference", make)
    done: Outcome = pickle.loads((home / "outcome.pickle").read_bytes())
    return done


@pytest.fixture(scope="session")
def reference(outcome: Outcome) -> Reference:
    """The figures of that run, asked for by metric, statistic and group."""
    assert outcome.results is not None
    return Reference(outcome.results)
