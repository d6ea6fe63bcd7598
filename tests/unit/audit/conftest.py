"""A publication for the tests of the audit: made once, never changed."""

import pytest

from reportmetrics.audit.opened import Opened
from reportmetrics.settings import Settings
from tests.unit.audit.editions import AS_OF, publication, settings_in, take_in


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Six weeks of the reference mission, taken in."""
    settings = settings_in(tmp_path_factory.mktemp("audit"))
    take_in(settings, until=AS_OF)
    return settings


@pytest.fixture(scope="session")
def opened(home: Settings) -> Opened:
    """The publication of these weeks."""
    return publication(home)
