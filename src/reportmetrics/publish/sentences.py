"""Findings in words, filled from figures: of each kind the first true sentence is taken.

Belongs here: plain functions from numbers to one sentence. Not here: how a number is written (``numbers``), where the
numbers come from (``pages``).

Rules of wording: present tense, the figure in the sentence, no blame, no praise, no cause. Institutions and objectives
are subjects, people never. Two groups are compared only where the log-rank test tells them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from reportmetrics.publish.numbers import count, days, in_words, of, percent, progress, with_interval
from reportmetrics.publish.text import isolated

FEW_EVENTS = 10
NOTHING_YET = "No figures yet: no report, reading or request was received"
ALL_HIDDEN = "No figure can be shown yet: fewer than 5 people stand behind what was received"
NO_READING = "No reading and no request received yet; reports are"


@dataclass(frozen=True, slots=True)
class Wait:
    """How long one headquarters takes. ``survival`` maps a day to the share still waiting then."""

    name: str
    requests: int
    still_open: int
    events: int
    median: float | None = None
    lower: float | None = None
    upper: float | None = None
    survival: tuple[tuple[float, float], ...] = ()
    silent: bool = False
    silent_days: float | None = None
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Progressed:
    """Progress of one objective."""

    objective_id: str
    median: float | None
    lowest: float | None = None
    regressed: int = 0
    known: int = 0
    total: int = 0


def first_true(candidates: Iterable[tuple[bool, Callable[[], str]]]) -> str:
    """The first sentence whose condition holds; raises ``ValueError`` when none does, which is a defect."""
    for holds, sentence in candidates:
        if holds:
            return sentence()
    raise ValueError("no sentence is true of these figures")


def wait(w: Wait) -> str:
    """Finding of a wait curve."""
    last = w.survival[-1] if w.survival else (0.0, 1.0)
    return first_true(
        [
            (w.requests == 0, lambda: f"No request to {isolated(w.name)} received yet"),
            (w.events == 0, lambda: f"{isolated(w.name)}: no decision yet, {_requests(w.still_open)} open"),
            (
                w.silent and w.silent_days is not None,
                lambda: (
                    f"{isolated(w.name)}: no decision for {days(w.silent_days or 0)} days, "
                    f"{_requests(w.still_open)} open"
                ),
            ),
            (
                w.median is not None,
                lambda: f"Half of the requests wait longer than {_days(w.median or 0)}",
            ),
            (
                bool(w.survival),
                lambda: f"Fewer than half are decided: {percent(last[1])} still wait at {_days(last[0])}",
            ),
            (True, lambda: f"Too few requests to {isolated(w.name)} are decided to say how long they wait"),
        ]
    )


def wait_heading(w: Wait) -> str:
    """Heading of the page of one headquarters."""
    is_open = f"{of(w.still_open, w.requests)} requests {'is' if w.still_open == 1 else 'are'} still open"
    return first_true(
        [
            (w.requests == 0, lambda: f"No request to {isolated(w.name)} received yet"),
            (w.events == 0 or (w.silent and w.silent_days is not None), lambda: wait(w)),
            (w.median is not None, lambda: f"{isolated(w.name)}: median wait {_days(w.median or 0)}; {is_open}"),
            (True, lambda: f"{isolated(w.name)}: fewer than half of the requests are decided; {is_open}"),
        ]
    )


def decided_within(day: float | None, share: float | None) -> str:
    """Finding of the table of shares decided."""
    return first_true(
        [
            (
                day is not None and share is not None,
                lambda: f"{percent(share or 0)} are decided within {_days(day or 0)}",
            ),
            (True, lambda: "Too few decisions to say how many come within 90 days"),
        ]
    )


def waits_compared(waits: Sequence[Wait], apart: Callable[[str, str], bool]) -> str:
    """Finding of all headquarters beside each other: compared only where ``apart`` tells them apart."""
    known = sorted((w for w in waits if w.median is not None), key=lambda w: -(w.median or 0))
    known = [w for w in known if w.events >= FEW_EVENTS] or known
    if not known:
        return first_true(
            [
                (not waits, lambda: "No request received yet"),
                (True, lambda: f"None of {in_words(len(waits))} headquarters has decided half of its requests"),
            ]
        )
    longest, shortest = known[0], known[-1]
    return first_true(
        [
            (
                len(known) == 1,
                lambda: f"Half of requests wait over {_days(longest.median or 0)} at {isolated(longest.name)}",
            ),
            (
                apart(longest.name, shortest.name),
                lambda: (
                    f"Half of requests wait over {_days(longest.median or 0)} at {isolated(longest.name)}, "
                    f"over {days(shortest.median or 0)} at {isolated(shortest.name)}"
                ),
            ),
            (True, lambda: f"The median waits of {in_words(len(known))} headquarters cannot be told apart"),
        ]
    )


def groups_compared(kind: str, medians: Sequence[tuple[str, float | None]], apart: Callable[[str, str], bool]) -> str:
    """Finding of a comparison of groups within one headquarters: (name, median) each."""
    known = sorted(((name, m) for name, m in medians if m is not None), key=lambda m: -m[1])
    if len(known) < 2:
        return f"Too few decisions to compare by {kind}"
    (long_name, long), (short_name, short) = known[0], known[-1]
    return first_true(
        [
            (
                apart(long_name, short_name),
                lambda: f"Median {_days(long)} for {isolated(long_name)}, {days(short)} for {isolated(short_name)}",
            ),
            (True, lambda: f"Waits by {kind} cannot be told apart"),
        ]
    )


def ages(still_open: int, oldest_bin: int, oldest_from: int, oldest_days: float | None) -> str:
    """Finding of the ages of open requests; the oldest bin starts after ``oldest_from`` days."""
    return first_true(
        [
            (still_open == 0, lambda: "No request is open"),
            (
                oldest_bin > 0,
                lambda: (
                    f"{count(oldest_bin)} of the {count(still_open)} open requests "
                    f"{'is' if oldest_bin == 1 else 'are'} older than {oldest_from} days"
                ),
            ),
            (
                oldest_days is not None,
                lambda: f"The oldest of {_requests(still_open, 'open ')} has waited {_days(oldest_days or 0)}",
            ),
            (True, lambda: f"{_requests(still_open).capitalize()} open, of unknown age"),
        ]
    )


def oldest(listed: int, promised: int) -> str:
    """Finding of the list of the oldest requests."""
    return first_true(
        [
            (listed == 0, lambda: "No open request to list"),
            (
                listed == 1,
                lambda: "The oldest open request" + (" has a promise to a counterpart behind it" if promised else ""),
            ),
            (
                promised == 0,
                lambda: f"None of the {in_words(listed)} oldest requests has a recorded promise behind it",
            ),
            (
                True,
                lambda: (
                    f"{in_words(promised).capitalize()} of the {in_words(listed)} oldest requests "
                    f"{'has' if promised == 1 else 'have'} a promise to a counterpart behind "
                    f"{'it' if promised == 1 else 'them'}"
                ),
            ),
        ]
    )


def progress_range(objectives: Sequence[Progressed]) -> str:
    """Finding of the chart of all objectives."""
    known = sorted((o for o in objectives if o.median is not None), key=lambda o: o.median or 0)
    if not known:
        return "No reading of an outcome indicator received yet" if objectives else "No objective is defined"
    low, high = known[0], known[-1]
    return first_true(
        [
            (
                len(known) == 1,
                lambda: f"Median progress of {low.objective_id} is {progress(low.median or 0)}; no other is read",
            ),
            (
                True,
                lambda: (
                    f"Median progress runs from {progress(low.median or 0)} ({low.objective_id}) "
                    f"to {progress(high.median or 0)} ({high.objective_id})"
                ),
            ),
        ]
    )


def coverage(fresh: int | None, total: int, unread: Sequence[str]) -> str:
    """Finding of the coverage chart; ``unread`` are objectives none of whose indicators has a fresh reading."""
    none = f"; {_listed(unread)} {'has' if len(unread) == 1 else 'have'} none" if unread else ""
    return first_true(
        [
            (fresh is None or total == 0, lambda: "No indicator is defined"),
            (
                len(unread) > 3,
                lambda: (
                    f"{of(fresh or 0, total)} indicators have a fresh reading; "
                    f"{in_words(len(unread))} objectives have none"
                ),
            ),
            (True, lambda: f"{of(fresh or 0, total)} indicators have a fresh reading{none}"),
        ]
    )


def overview_heading(
    objectives: Sequence[Progressed], longest: Wait | None, stalled: str = "", *, nothing: str = NOTHING_YET
) -> str:
    """Heading of the overview: one clause on the objectives, one on headquarters.

    ``stalled`` is the clause on objectives that are busy and stalled, if any are; it comes before all others.
    ``nothing`` is said where there is nothing else.
    """
    regressed = [o for o in objectives if o.regressed]
    unread = [o.objective_id for o in objectives if o.known == 0]
    clauses = []
    if stalled:
        clauses.append(stalled)
    elif regressed:
        worst = min(regressed, key=lambda o: o.lowest or 0)
        clauses.append(
            f"{worst.objective_id} has an indicator below its baseline"
            if len(regressed) == 1
            else f"{in_words(len(regressed)).capitalize()} objectives have an indicator below its baseline"
        )
    elif unread and len(unread) < len(objectives):
        clauses.append(f"{_listed(unread[:3])} {'has' if len(unread) == 1 else 'have'} no reading")
    elif objectives and not unread:
        clauses.append(f"All {len(objectives)} objectives have a reading")
    if longest and longest.still_open:
        verb = "is" if longest.still_open == 1 else "are"
        clauses.append(f"{of(longest.still_open, longest.requests)} requests to {isolated(longest.name)} {verb} open")
    elif longest and longest.requests:
        clauses.append(f"no request to {isolated(longest.name)} is open")
    heading = "; ".join(clauses) or nothing
    return heading[0].upper() + heading[1:]


def median_words(w: Wait) -> str:
    """The median with its interval, for a description."""
    if w.median is None:
        return "median not reached"
    return f"median {with_interval(w.median, w.lower, w.upper, days)} days"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _requests(number: int, kind: str = "") -> str:
    return f"{count(number)} {kind}request{'' if number == 1 else 's'}"


def _days(number: float) -> str:
    text = days(number)
    return f"{text} day" if text in ("1", "1.0") else f"{text} days"
