"""Loading a profile: all files read, all mistakes of all files reported at once.

Belongs here: the order of work and the finished ``Profile``. Not here: reading a file (``reading``), what must hold
between entries and files (``rules``, ``template_rules``, ``source_rules``).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from reportmetrics.profile.mission import Mission
from reportmetrics.profile.objectives import Indicator, IndicatorsFile, Objective, ObjectivesFile
from reportmetrics.profile.reading import Problem, read_model
from reportmetrics.profile.rules import profile_problems
from reportmetrics.profile.source_rules import source_problems
from reportmetrics.profile.sources import Source
from reportmetrics.profile.template_rules import template_problems
from reportmetrics.profile.templates import Template, TemplatesFile


class ProfileError(Exception):
    """A profile that cannot be used. ``problems`` lists every mistake; the text has one a line."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(p) for p in problems))


@dataclass(frozen=True)
class Profile:
    """A mission as data. ``digest`` is a SHA-256 of the content; comments and layout do not count."""

    folder: Path
    mission: Mission
    objectives: list[Objective]
    indicators: list[Indicator]
    templates: list[Template]
    sources: list[Source]
    digest: str


def load_profile(folder: Path) -> Profile:
    """Read and check a profile folder.

    Raises ``ProfileError`` with all mistakes of all files, each with file, key and remedy.
    """
    problems: list[Problem] = []
    if not folder.is_dir():
        raise ProfileError([Problem(str(folder), "", "there is no such folder", "give the folder of a profile")])
    mission = read_model(folder / "mission.yaml", "mission.yaml", Mission, problems)
    objectives = read_model(folder / "objectives.yaml", "objectives.yaml", ObjectivesFile, problems)
    indicators = read_model(folder / "indicators.yaml", "indicators.yaml", IndicatorsFile, problems)
    templates = read_model(folder / "templates.yaml", "templates.yaml", TemplatesFile, problems)
    sources = _read_sources(folder, problems)
    # What could be read is checked too, so that one round of corrections is enough.
    problems += profile_problems(
        mission,
        objectives.objectives if objectives else None,
        indicators.indicators if indicators else None,
    )
    if templates:
        units = {u.unit_id: u for u in mission.units} if mission else None
        problems += template_problems(templates.templates, units)
    ids = _known_ids(mission, objectives, indicators, templates)
    problems += source_problems(sources, ids)
    if problems or not (mission and objectives and indicators and templates):
        raise ProfileError(problems)
    profile_sources = [source for _, source in sources]
    return Profile(
        folder,
        mission,
        objectives.objectives,
        indicators.indicators,
        templates.templates,
        profile_sources,
        _digest([mission, objectives, indicators, templates, *profile_sources]),
    )


def _read_sources(folder: Path, problems: list[Problem]) -> list[tuple[str, Source]]:
    paths = sorted((folder / "sources").glob("*.yaml"))
    if not paths:
        problems.append(Problem("sources/", "", "no source is described", "add a file sources/<name>.yaml"))
    found = [(f"sources/{p.name}", read_model(p, f"sources/{p.name}", Source, problems)) for p in paths]
    return [(name, source) for name, source in found if source is not None]


def _known_ids(
    mission: Mission | None,
    objectives: ObjectivesFile | None,
    indicators: IndicatorsFile | None,
    templates: TemplatesFile | None,
) -> dict[str, set[str]]:
    """Ids by profile table; a table whose file could not be read is left out, so that it causes no false alarms."""
    ids: dict[str, set[str]] = {}
    if mission:
        ids["unit"] = {u.unit_id for u in mission.units}
        ids["headquarters"] = {h.hq for h in mission.headquarters}
    if objectives:
        ids["objective"] = {o.objective_id for o in objectives.objectives}
    if indicators:
        ids["indicator"] = {i.indicator_id for i in indicators.indicators}
    if templates:
        ids["template"] = {t.template_id for t in templates.templates}
    return ids


def _digest(parts: list[BaseModel]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.model_dump_json(by_alias=True).encode())
        digest.update(b"\n")
    return digest.hexdigest()
