"""Findings on the burden of reporting in words, filled from figures: of each kind the first true sentence is taken.

Belongs here: plain functions from numbers to one sentence. Not here: other findings (``sentences``), how a number is
written (``numbers``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportmetrics.publish.interval_sentences import every, hours_said, instead
from reportmetrics.publish.numbers import count, fixed, hours, in_words, percent
from reportmetrics.publish.sentences import first_true
from reportmetrics.publish.text import isolated


@dataclass(frozen=True, slots=True)
class Step:
    """What keeping only every ``k``-th report would have saved and lost, at the worst phase.

    ``hours`` is hours a month, ``error`` a share of the distance to target (else of the series' range), ``delay``
    days; None where the replay has nothing to say.
    """

    k: int
    hours: float | None
    error: float | None
    missed: int | None
    changes: int | None
    delay: float | None
    reason: str | None = None

    @property
    def missed_share(self) -> float | None:
        """Share of the material changes missed; None where there was none."""
        return self.missed / self.changes if self.changes and self.missed is not None else None


@dataclass(frozen=True, slots=True)
class Cadence:
    """The replay of one form: its steps in order of k, and the longest k inside all tolerances (1: none)."""

    template_id: str
    name: str
    period: str
    advised: int | None
    reason: str | None
    periods: int
    steps: tuple[Step, ...]

    @property
    def advised_step(self) -> Step | None:
        """The step that is advised, None when none is."""
        return next((s for s in self.steps if s.k == self.advised), None)


def cadences(found: Sequence[Cadence]) -> str:
    """Finding of the frontier: how many forms could be asked for less often."""
    judged = [c for c in found if c.advised is not None]
    fewer = [c for c in judged if (c.advised or 1) > 1]
    return first_true(
        [
            (not found, lambda: "No report with a state to replay received yet"),
            (not judged, lambda: "Too few reports to say what a longer interval would lose"),
            (
                not fewer,
                lambda: f"No longer interval stays inside the tolerances, for none of {count(len(judged))} forms",
            ),
            (
                len(fewer) == 1,
                lambda: f"One of {count(len(judged))} forms could be sent less often inside the tolerances",
            ),
            (
                True,
                lambda: (
                    f"{in_words(len(fewer)).capitalize()} of {count(len(judged))} forms could be sent less often "
                    "inside the tolerances"
                ),
            ),
        ]
    )


def cadence(c: Cadence) -> str:
    """The recommendation for one form."""
    step = c.advised_step
    return first_true(
        [
            (c.advised is None, lambda: f"{isolated(c.name)}: {c.reason or 'too few reports'}"),
            (step is None, lambda: f"{isolated(c.name)}: no longer interval stays inside the tolerances"),
            (True, lambda: f"{isolated(c.name)}: {every(step.k if step else 1, c.period)} is inside all tolerances"),
        ]
    )


def advice(c: Cadence) -> str:
    """What was found for one form, in full: hours saved at most, error, changes missed, days later."""
    step = c.advised_step or next((s for s in c.steps if s.error is not None), None)
    if step is None:
        return f"{isolated(c.name)} has too few reports in a row to replay a longer interval."
    told = instead(step.k, c.period, hours=step.hours, missed=step.missed, changes=step.changes, delay=step.delay)
    head = f"{isolated(c.name)}: {told}"
    if step.error is None:
        return head
    wrong = f"figures would have been wrong by at most {percent(step.error)} of the distance to target"
    return f"{head} In the {count(c.periods)} {c.period}s replayed, {wrong}."


HIDDEN_HOURS = "Hours of reporting are hidden: fewer than 5 people stand behind them"


def burden_heading(
    reporting: float | None, contact: float | None, found: Sequence[Cadence], *, hidden: bool = False
) -> str:
    """Heading of the page: hours of reporting beside hours of contact, and what could come less often.

    ``hidden``: fewer than five people stand behind the reports.
    """
    fewer = [c for c in found if (c.advised or 1) > 1]
    clauses = []
    if reporting is not None and contact is not None and reporting + contact > 0:
        clauses.append(
            f"Reporting takes {_plain(reporting)} of every {_plain(reporting + contact)} hours of reporting and contact"
        )
    elif reporting is not None:
        clauses.append(f"Reporting takes {hours_said(reporting)} per advisor-week; contact hours are not known")
    if fewer:
        best = max(fewer, key=lambda c: (c.advised_step.hours or 0.0) if c.advised_step else 0.0)
        clauses.append(f"{isolated(best.name)} could go to {every(best.advised or 1, best.period)}")
    elif any(c.advised is not None for c in found):
        clauses.append("no form could come less often inside the tolerances")
    text = "; ".join(clauses) or (HIDDEN_HOURS if hidden else "No report received yet")
    return text[0].upper() + text[1:]


def hours_beside(reporting: float | None, contact: float | None, *, hidden: bool = False) -> str:
    """Finding of hours of reporting and of contact by week."""
    return first_true(
        [
            (reporting is None and hidden, lambda: HIDDEN_HOURS),
            (reporting is None, lambda: "No hours of reporting received yet"),
            (contact is None, lambda: f"Advisors report {hours(reporting or 0)} hours a week; contact is not known"),
            (True, lambda: f"Advisors report {hours(reporting or 0)} hours for {hours(contact or 0)} in contact"),
        ]
    )


def came(share: float | None, on_time: float | None, *, hidden: bool = False) -> str:
    """Finding of completeness and timeliness."""
    return first_true(
        [
            (share is None and hidden, lambda: "What came is hidden: fewer than 5 people stand behind it"),
            (share is None, lambda: "No report was due yet"),
            (on_time is None, lambda: f"{percent(share or 0)} of the reports due came"),
            (True, lambda: f"{percent(share or 0)} of the reports due came, {percent(on_time or 0)} in time"),
        ]
    )


def novelty(name: str | None, share: float | None, unchanged: str | None) -> str:
    """Finding of novelty by form: the form with the fewest changed answers, and one that is ticked throughout."""
    return first_true(
        [
            (name is None and unchanged is None, lambda: "No report with a report before it received yet"),
            (
                name is None or share is None,
                lambda: f"{isolated(unchanged or '')} is ticked ‘confirmed unchanged’ throughout",
            ),
            (
                True,
                lambda: f"{percent(share or 0)} of {isolated(name or '')}’s answers changed since the report before",
            ),
        ]
    )


def retirement(fields: int, hours_a_month: float) -> str:
    """Finding of the list of fields that take time and have no recorded use."""
    return first_true(
        [
            (fields == 0, lambda: "No field without a recorded use takes time to tell nothing new"),
            (
                fields == 1,
                lambda: (
                    f"One field takes {hours_said(hours_a_month)} a month to tell nothing new, with no recorded use"
                ),
            ),
            (
                True,
                lambda: (
                    f"{in_words(fields).capitalize()} fields take {hours_said(hours_a_month)} a month to tell nothing "
                    "new, with no recorded use"
                ),
            ),
        ]
    )


def askings(concepts: int, minutes: float) -> str:
    """Finding of questions that several forms ask of one unit for the same days."""
    return first_true(
        [
            (concepts == 0, lambda: "No question is asked of a unit by two forms for the same days"),
            (
                True,
                lambda: (
                    f"{in_words(concepts).capitalize()} question{'' if concepts == 1 else 's'} asked more than once "
                    f"{'takes' if concepts == 1 else 'take'} {count(minutes)} minutes a round for nothing new"
                ),
            ),
        ]
    )


def returned(answered: float | None, used: float | None, sent: int, fields: float | None) -> str:
    """Finding of what senders got back: reports answered and used; without a log of answers, fields with a use."""
    return first_true(
        [
            (answered is None and fields is None, lambda: "Whether reports are answered is not known yet"),
            (
                answered is None,
                lambda: (
                    f"Answers to reports are not logged; {percent(fields or 0)} of what is asked has a recorded use"
                ),
            ),
            (answered == 0, lambda: f"None of {count(sent)} reports got an answer back"),
            (
                True,
                lambda: (
                    f"{percent(answered or 0)} of {count(sent)} reports got an answer back, "
                    f"{percent(used or 0)} were used in a decision"
                ),
            ),
        ]
    )


def refused(rows: int, mended: int, still_open: int) -> str:
    """Finding of refused rows and what became of them."""
    return first_true(
        [
            (rows == 0, lambda: "No row of a report was refused"),
            (still_open == 0, lambda: f"{_rows(rows)} refused, none still open"),
            (True, lambda: f"{_rows(rows)} refused: {count(mended)} mended, {count(still_open)} still open"),
        ]
    )


def given_back(rows: float | None, given: float | None, mended: float | None) -> str:
    """Finding of refused rows that went back to their senders; None where hidden or not known."""
    return first_true(
        [
            (rows is None, lambda: "What was given back of refused rows cannot be told"),
            (rows == 0, lambda: "There was nothing to give back to the units"),
            (not given, lambda: f"None of {count(rows or 0)} refused rows was given back to its sender"),
            (
                True,
                lambda: (
                    f"{count(given or 0)} of {count(rows or 0)} refused rows went back to their senders, "
                    f"{count(mended or 0)} came back mended"
                ),
            ),
        ]
    )


def _rows(number: int) -> str:
    return "One row was" if number == 1 else f"{in_words(number).capitalize()} rows were"


def _plain(number: float) -> str:
    return fixed(number, 0) if abs(number - round(number)) < 0.05 else fixed(number, 1)
