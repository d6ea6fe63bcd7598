import shutil
from pathlib import Path

import pytest

from tests.unit.profile.spoiled import NMI


@pytest.fixture
def folder(tmp_path):
    """A copy of the reference profile to spoil."""
    return Path(shutil.copytree(NMI, tmp_path / "profile"))
