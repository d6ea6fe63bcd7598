"""The reference profile, spoiled: what to change, and what is said of it."""

from pathlib import Path

import pytest

from reportmetrics.profile.load import ProfileError, load_profile

NMI = Path(__file__).parents[3] / "data" / "profiles" / "nmi"


def replace(folder, name, old, new, count=1):
    path = folder / name
    content = path.read_text(encoding="utf-8")
    assert old in content, f"{old!r} is not in {name}"
    path.write_text(content.replace(old, new, count), encoding="utf-8")


def problems(folder):
    with pytest.raises(ProfileError) as caught:
        load_profile(folder)
    assert str(caught.value).splitlines() == [str(p) for p in caught.value.problems]
    return [str(p) for p in caught.value.problems]
