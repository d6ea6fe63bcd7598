"""A mission small enough to hold in the head: one unit, one headquarters, two objectives, three files."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path

import pytest

from reportmetrics.metrics.prepared import prepared
from reportmetrics.settings import Settings, sql_folder
from tests.shared import made_once

MISSION = """
id: tiny
name: Tiny mission
marking: UNCLASSIFIED
illustrative: true
time_zone: Asia/Baghdad
home_place: baghdad
starts_on: 2021-01-01
personnel: {total: 10, advisors: 2}
currency: EUR
tariffs: [{grade: OF-4, per_hour: 60.0}]
places:
  baghdad: {country: IQ, weekend: [friday, saturday], time_zone: Asia/Baghdad}
units: [{unit_id: U1, name: First unit, place: baghdad, advisors: 2, opened: 2021-01-01}]
headquarters: [{hq: HQ, name: Headquarters, place: baghdad}]
verifiers: [Inspectorate]
"""

OBJECTIVES = """
objectives:
  - {objective_id: LO-01, name: Policy, aim: Policy is written, owner: Policy division}
  - {objective_id: LO-02, name: Supply, aim: Supply works, owner: Supply division}
"""

INDICATORS = """
indicators:
  - {indicator_id: LO-01.1, objective_id: LO-01, name: Policies approved, level: outcome, unit: percent,
     direction: rise, baseline: 0, baseline_on: 2021-01-01, target: 100, target_on: 2022-01-01}
  - {indicator_id: LO-02.1, objective_id: LO-02, name: Depots in order, level: outcome, unit: percent,
     direction: rise, baseline: 0, baseline_on: 2021-01-01, target: 100, target_on: 2022-01-01}
"""

TEMPLATES = """
templates:
  - template_id: WAR
    name: Weekly report
    every: week
    per: unit
    recipient: Mission headquarters
    minutes: {low: 60, central: 90, high: 120}
    due: {days_after: 2}
    fields:
      - {field_id: W1, concept_id: meetings, label: Meetings, level: activity, kind: flow, minutes: 5, uses: [Brief]}
"""

SOURCES = {
    "activity": """
source: activity
title: Activities
sender: Unit
files: "activity_*.csv"
reader: csv
facts: 'activity_(?P<file_date>\\d{8})\\.csv'
known_from: {file_date: "%Y%m%d"}
table: activity
columns:
  activity_id: id
  objective_id: objective
  kind: {value: meeting}
  status: status
  planned_on: {from: planned, format: "%Y-%m-%d"}
  occurred_on: {from: held, format: "%Y-%m-%d"}
  count: {value: "1"}
""",
    "requests": """
source: requests
title: Requests
sender: Registry
files: "requests_*.csv"
reader: csv
facts: 'requests_(?P<file_date>\\d{8})\\.csv'
known_from: {file_date: "%Y%m%d"}
table: request
columns:
  request_id: id
  hq: {value: HQ}
  request_type: {value: staff}
  raised_at: {from: raised, format: "%Y-%m-%d"}
  decided_at: {from: decided, format: "%Y-%m-%d"}
  outcome: outcome
""",
    "readings": """
source: readings
title: Readings
sender: Unit
files: "readings_*.csv"
reader: csv
facts: 'readings_(?P<file_date>\\d{8})\\.csv'
known_from: {file_date: "%Y%m%d"}
table: observation
columns:
  indicator_id: indicator
  objective_id: objective
  level: {value: outcome}
  observed_on: {from: day, format: "%Y-%m-%d"}
  value: value
""",
}

FILES = {
    "activity_20210201.csv": """id,objective,status,planned,held
A1,LO-01,held,2021-01-05,2021-01-05
A2,LO-01,cancelled,2021-01-06,
A3,LO-02,held,2021-01-12,2021-01-12
A4,LO-02,held,2021-01-13,31/02/2021
""",
    "requests_20210201.csv": """id,raised,decided,outcome
R1,2021-01-04,2021-01-14,approved
R2,2021-01-05,2021-01-25,denied
R3,2021-01-06,,open
""",
    "readings_20210201.csv": """indicator,objective,day,value
LO-01.1,LO-01,2021-01-31,25
""",
}
"""Row A4 has a day that does not exist, and is refused."""

ARRIVED = 1_612_180_800
"""2021-02-01 12:00 UTC."""


RAN = dt.date(2021, 2, 8)
"""The date of the run that :func:`after_a_run` has behind it."""


def at(folder: Path) -> Settings:
    """Settings of the mission that :func:`make` made there."""
    return Settings(profile=folder / "profile", home=folder / "home", landing=folder / "landing")


def after_a_run(factory: pytest.TempPathFactory, folder: Path) -> Settings:
    """The mission below ``folder`` as its first run left it, copied from one that is made once for the suite."""
    shutil.copytree(made_once(factory, "tiny-after-a-run", _run), folder, dirs_exist_ok=True)
    return at(folder)


def _run(folder: Path) -> None:
    from pipelines.launch import launch

    done = launch(make(folder), as_of=RAN)
    assert done.success, done.error


def make(folder: Path, *, as_new: bool = False) -> Settings:
    """The mission's profile and landed files below ``folder``.

    The definitions are kept in its home as an earlier run would have left them, except in one that is ``as_new``.
    """
    profile, landing = folder / "profile", folder / "landing"
    (profile / "sources").mkdir(parents=True)
    landing.mkdir()
    parts = {"mission": MISSION, "objectives": OBJECTIVES, "indicators": INDICATORS, "templates": TEMPLATES}
    for name, text in parts.items():
        (profile / f"{name}.yaml").write_text(text, encoding="utf-8")
    for name, text in SOURCES.items():
        (profile / "sources" / f"{name}.yaml").write_text(text, encoding="utf-8")
    for name, text in FILES.items():
        (landing / name).write_text(text, encoding="utf-8")
        # A file that has just changed may still be being written, and is left for the next run.
        os.utime(landing / name, (ARRIVED, ARRIVED))
    settings = at(folder)
    if not as_new:
        prepared(sql_folder(), settings.staging)
    return settings
