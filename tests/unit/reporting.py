"""A small mission whose one unit sends reports on a form, some rows of them at fault."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from reportmetrics.profile.load import Profile
from reportmetrics.profile.templates import Template
from tests.conftest import SmallMission

REPORTS: dict[str, Any] = {
    "source": "weekly",
    "title": "Weekly reports",
    "sender": "Unit {unit}",
    "files": "weekly/*.csv",
    "reader": "csv",
    "facts": r"(?P<unit>U-\d)_.*\.csv",
    "tables": [
        {
            "table": "report",
            "columns": {
                "report_id": "report",
                "template_id": {"value": "T"},
                "unit_id": {"fact": "unit"},
                "reporter_id": "who",
                "period_start": {"from": "day", "format": "%Y-%m-%d"},
                "period_end": {"from": "day", "format": "%Y-%m-%d"},
                "submitted_at": {"from": "sent", "format": "%Y-%m-%d"},
                "revision": {"value": "0"},
                "prep_minutes": "minutes",
                "narrative": {"from": "text", "optional": True},
            },
        }
    ],
}
SENT = """report,who,day,sent,minutes
R1,ann,2021-01-31,2021-02-01,60
R2,bob,2021-01-31,soon,60
R3,cem,2021-01-31,2021-02-01,many
R4,ann,2021-01-31,later,60
R5,dan,2021-01-31,2021-02-01,60
R6,eve,2021-01-31,2021-02-01,60
R7,fay,2021-01-31,2021-02-01,60
R8,gus,2021-01-31,2021-02-01,60
"""
"""Rows 3, 4 and 5 of the file are at fault; five people have a report that is sound."""

FORM: dict[str, Any] = {
    "template_id": "T", "name": "Form", "every": "week", "per": "unit", "recipient": "x",
    "minutes": {"low": 1, "central": 2, "high": 3}, "due": {"days_after": 1}, "fields": [],
}  # fmt: skip


@dataclass
class Reporting(SmallMission):
    """A mission that asks for a form."""

    @property
    def profile(self) -> Profile:
        return replace(super().profile, templates=[Template.model_validate(FORM)])
