"""A publication for the tests of the audit: made once, never changed."""

import pytest

from reportmetrics.audit.opened import Opened
from reportmetrics.settings import Settings
from tests.unit.audit.editions import AS_OF, six_weeks


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Six weeks of the reference mission, taken in and published."""
    return six_weeks(tmp_path_factory)


@pytest.fixture(scope="session")
def opened(home: Settings) -> Opened:
    """The publication of these weeks."""
    return Opened(home.publications / f"{AS_OF}-r1")
