"""The reference mission at another length or size.

Belongs here: the profile that a longer or larger sample needs. Not here: the rows.
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

from reportmetrics.profile.load import Profile
from reportmetrics.profile.mission import Mission
from reportmetrics.sample import truths

_A_YEAR = dt.timedelta(days=365)
_GROWING = ("MAS", "QR")
"""Forms of listed units that copies of those units owe too; the other lists belong to ground truths."""


def copies_for(personnel: int) -> int:
    """How many times the ten units of the mission of 500 people are there."""
    return max(1, round(personnel / truths.PERSONNEL))


def scaled_profile(profile: Profile, *, weeks: int, personnel: int) -> Profile:
    """The profile for that many weeks and people; the same object for 60 weeks and 500.

    Raises ``ValueError`` for less than 60 weeks or 500 people: the ground truths need both.
    """
    if weeks < truths.WEEKS:
        raise ValueError(f"--weeks {weeks}: the sample's known answers need at least {truths.WEEKS} weeks")
    if personnel < truths.PERSONNEL:
        raise ValueError(f"--personnel {personnel}: the sample's mission has at least {truths.PERSONNEL} people")
    copies = copies_for(personnel)
    if weeks == truths.WEEKS and personnel == truths.PERSONNEL:
        return profile
    mission = profile.mission
    first = truths.AS_OF - dt.timedelta(weeks=weeks)
    units = []
    for unit in mission.units:
        # Open a year before the first week, so that posts do not all change hands on the same days.
        opened = min(unit.opened, first - _A_YEAR) if unit.opened < mission.starts_on else unit.opened
        for copy in range(copies):
            suffix, name = (f"-{copy + 1}", f" {copy + 1}") if copy else ("", "")
            changed = {"unit_id": unit.unit_id + suffix, "name": unit.name + name, "opened": opened}
            units.append(unit.model_copy(update=changed))
    advisors = sum(u.advisors for u in units)
    scaled = mission.model_copy(
        update={
            "starts_on": min(mission.starts_on, first),
            "units": units,
            "personnel": mission.personnel.model_copy(update={"total": personnel, "advisors": advisors}),
        }
    )
    templates = [
        t.model_copy(
            update={"units": [f"{u}-{c + 1}" if c else u for u in t.units for c in range(copies)]}
            if t.template_id in _GROWING and t.units
            else {}
        )
        for t in profile.templates
    ]
    return Profile(
        profile.folder, scaled, profile.objectives, profile.indicators, templates, profile.sources, profile.digest
    )


def write_scaled_profile(profile: Profile, folder: Path, *, weeks: int, personnel: int) -> None:
    """Write the profile that goes with a scaled sample, as a folder that ``load_profile`` reads."""
    import yaml

    scaled = scaled_profile(profile, weeks=weeks, personnel=personnel)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("objectives.yaml", "indicators.yaml"):
        shutil.copy(profile.folder / name, folder / name)
    shutil.copytree(profile.folder / "sources", folder / "sources", dirs_exist_ok=True)
    documents: dict[str, Any] = {
        "mission.yaml": _plain(scaled.mission),
        "templates.yaml": {"templates": [t.model_dump(mode="json", exclude_none=True) for t in scaled.templates]},
    }
    for name, document in documents.items():
        content = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120)
        (folder / name).write_text("# Illustrative: made by reportmetrics sample.\n" + content, encoding="utf-8")


def _plain(mission: Mission) -> dict[str, Any]:
    return mission.model_dump(mode="json", exclude_none=True)
