"""What several tests of faults need."""

from collections.abc import Iterator

import dagster as dg  # noqa: TID251 (what is tested here is made of dagster)
import pytest

from pipelines.launch import open_instance
from reportmetrics.settings import Settings


@pytest.fixture
def instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """Dagster's instance of the test's own installation."""
    with open_instance(settings.dagster_home) as opened:
        yield opened
