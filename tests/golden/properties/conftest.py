"""The snapshot that the reference run published, ready to be spoiled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipelines.launch import Outcome
from reportmetrics.metrics.catalogue import Catalogue, load_catalogue
from reportmetrics.metrics.results import Results
from reportmetrics.metrics.run import compute
from reportmetrics.sample import truths
from reportmetrics.settings import sql_folder
from tests.golden.properties.spoiled import SpoiledEngine


@pytest.fixture(scope="session")
def engine(outcome: Outcome) -> Iterator[SpoiledEngine]:
    """Sixty weeks of the reference mission."""
    assert outcome.publication is not None
    with SpoiledEngine(outcome.publication.folder / "audit" / "snapshot") as opened:
        yield opened


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue(sql_folder())


@pytest.fixture(scope="session")
def whole(engine: SpoiledEngine, catalogue: Catalogue) -> Results:
    """What all metrics say before anything is spoiled."""
    return compute(catalogue, engine, as_of=truths.AS_OF)
