"""Shared by the tests of entry forms."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.senders.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)
