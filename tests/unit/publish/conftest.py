"""What all tests of publishing share."""

from __future__ import annotations

import pytest

from tests.unit.publish import synthetic


@pytest.fixture(autouse=True)
def stand_in_catalogue():
    """Publications of the stand-in catalogue are made without what ``explain`` prepares from real definitions."""
    with synthetic.without_preparing():
        yield
