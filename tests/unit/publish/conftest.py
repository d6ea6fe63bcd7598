"""What all tests of publishing share."""

from __future__ import annotations

import pytest

from tests.unit.publish import stand_ins


@pytest.fixture(autouse=True)
def stand_in_catalogue():
    """Publications of the stand-in catalogue are made without what ``explain`` prepares from real definitions."""
    with stand_ins.without_preparing():
        yield
