"""Answers that reports got back, as the reports desk notes them (truth 15).

Belongs here: which reports were answered, when, how. Not here: the reports (``reports``), files (``generate``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from reportmetrics.sample import truths
from reportmetrics.sample.plan import Plan, local_text, midnight
from reportmetrics.sample.reports import Report

HEADER = ("report", "answer", "answered", "office", "decision")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a report; ``decision`` names what was decided with it, empty for other kinds."""

    report_id: str
    kind: str
    given: dt.datetime
    office: str
    decision: str = ""

    def cells(self) -> list[str]:
        """A line of the log."""
        return [self.report_id, self.kind, local_text(self.given, "%Y-%m-%d %H:%M"), self.office, self.decision]


def make_answers(reports: list[Report]) -> list[Answer]:
    """Every second report of the answered form is read, every tenth is used by its board; nothing else comes back."""
    made = []
    answered = [r for r in reports if r.template == truths.ANSWERED_TEMPLATE]
    for k, report in enumerate(sorted(answered, key=lambda r: (r.sent, r.report_id))):
        if k % truths.ANSWERED_EVERY:
            continue
        given = report.sent + dt.timedelta(days=truths.ANSWERED_DAYS)
        made.append(Answer(report.report_id, "acknowledged", given, "Plans and assessment"))
        if k % truths.USED_EVERY == 0:
            decision = f"Assessment board for {report.first_day:%B %Y}"
            made.append(Answer(report.report_id, "used", given + dt.timedelta(hours=6), "Assessment board", decision))
    return made


def batches(plan: Plan, answers: list[Answer]) -> dict[dt.date, list[Answer]]:
    """Answers by the four-weekly extract that first holds them."""
    found: dict[dt.date, list[Answer]] = {}
    since = dt.datetime.min
    for day in plan.extracts(28):
        until = midnight(day)
        batch = [a for a in answers if since <= a.given < until]
        since = until
        if batch:
            found[day] = batch
    return found
