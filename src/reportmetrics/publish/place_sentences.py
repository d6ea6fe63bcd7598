"""Findings on all objectives beside each other: where each stands, where the alarm is raised, what is measured.

Belongs here: plain functions from numbers to one sentence. Not here: findings on one objective
(``objective_sentences``), how a number is written (``numbers``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reportmetrics.publish.numbers import count, hours, in_words, of, percent, progress, with_interval
from reportmetrics.publish.sentences import first_true

WEEKS = 13


@dataclass(frozen=True, slots=True)
class Place:
    """Where one objective stands: activity against the median objective's, progress against what was needed.

    ``activity`` and ``moved`` are ratios; ``before`` and ``now`` the median progress in both windows; ``alarm`` is
    ``stalled`` or ``unmeasured`` where activity has risen without progress that shows, else empty.
    """

    objective_id: str
    activity: float | None = None
    moved: float | None = None
    position: str = "unmeasured"
    reached: bool = False
    hours: float | None = None
    hours_before: float | None = None
    before: float | None = None
    now: float | None = None
    alarm: str = ""

    @property
    def measured(self) -> bool:
        """Whether progress was read in both windows."""
        return self.position != "unmeasured"


def position_words(position: str) -> str:
    """``Busy and stalled``; what is neither is near the middle."""
    return "Near the middle" if position == "neutral" else position.capitalize()


def quadrant(places: Sequence[Place]) -> str:
    """Finding of all objectives in the quadrant."""
    measured = [p for p in places if p.measured]
    stalled = [p.objective_id for p in measured if p.position == "busy and stalled"]
    moving = [p for p in measured if p.position == "busy and moving"]
    others = "; the other busy objectives are moving" if len(moving) > 1 else ""
    return first_true(
        [
            (not places, lambda: "No objective is defined"),
            (not measured, lambda: "No objective was read in both quarters, so none can be placed"),
            (len(stalled) == 1, lambda: f"{stalled[0]} is busy and stalled{others}"),
            (len(stalled) > 1, lambda: f"{of(len(stalled), len(measured))} measured objectives are busy and stalled"),
            (True, lambda: "No measured objective is busy and stalled"),
        ]
    )


def stalled(places: Sequence[Place]) -> str:
    """A clause on what is done much of without change; empty where nothing is."""
    measured = [p for p in places if p.measured]
    found = [p.objective_id for p in measured if p.position == "busy and stalled"]
    if len(found) < 2:
        return f"{found[0]} is busy and stalled" if found else ""
    return f"{of(len(found), len(measured))} measured objectives are busy and stalled"


def index(places: Sequence[Place], standings: Mapping[str, int]) -> str:
    """Heading of the index: how many move, how many stand still, which are unmeasured."""
    unmeasured = [p.objective_id for p in places if not p.measured]
    measured = len(places) - len(unmeasured)
    moving, stalled = standings.get("moving", 0), standings.get("stalled", 0)
    still = f", {in_words(stalled)} {'stands' if stalled == 1 else 'stand'} still" if stalled else ""
    without = f"; {_names(unmeasured)} unmeasured" if unmeasured else ""
    return first_true(
        [
            (not places, lambda: "No objective is defined"),
            (measured == 0, lambda: "No objective was read in both quarters, so none can be placed"),
            (True, lambda: f"{of(moving, measured)} measured objectives move{still}{without}"),
        ]
    )


def _names(ids: Sequence[str]) -> str:
    """Up to three by name, with the verb."""
    if len(ids) > 3:
        return f"{count(len(ids))} are"
    listed = ids[0] if len(ids) == 1 else f"{', '.join(ids[:-1])} and {ids[-1]}"
    return f"{listed} {'is' if len(ids) == 1 else 'are'}"


def in_quadrant(place: Place, places: Sequence[Place]) -> str:
    """Finding of one objective's place among all."""
    same = [p for p in places if p.position == place.position]
    words = position_words(place.position).lower()
    return first_true(
        [
            (not place.measured, lambda: f"{place.objective_id} is unmeasured: not read in both quarters"),
            (
                place.position == "neutral",
                lambda: f"{place.objective_id} is near the middle, with {len(same) - 1} others",
            ),
            (len(same) == 1, lambda: f"Only {place.objective_id} is {words}"),
            (True, lambda: f"{place.objective_id} is one of {len(same)} that are {words}"),
        ]
    )


def alarms(places: Sequence[Place]) -> str:
    """Finding of the alarm: activity that rises where progress stands still or is not read."""
    raised = [p for p in places if p.alarm]
    return first_true(
        [
            (not places, lambda: "No objective is defined"),
            (
                not any(p.hours for p in places),
                lambda: "No activity reported yet, so whether it rises cannot be said",
            ),
            (
                len(raised) == 1,
                lambda: f"{raised[0].objective_id}: {alarm_words(raised[0])}",
            ),
            (
                len(raised) > 1,
                lambda: f"Activity rises without progress that shows in {of(len(raised), len(places))} objectives",
            ),
            (True, lambda: "Nowhere does activity rise while progress stands still or is not read"),
        ]
    )


def alarm_words(place: Place) -> str:
    """What the alarm on one objective says, with its figures."""
    rose = f"contact hours rose from {hours(place.hours_before or 0)} to {hours(place.hours or 0)}"
    if place.alarm == "unmeasured":
        return f"{rose} in {WEEKS} weeks, progress was not read in both quarters"
    return f"{rose} in {WEEKS} weeks, progress went from {progress(place.before or 0)} to {progress(place.now or 0)}"


def chains(objectives: int, unmeasured_outcome: Sequence[str], unmeasured_impact: int) -> str:
    """Finding of the coverage map of all objectives."""
    measured = objectives - unmeasured_impact
    impact = f"impact is measured for {of(measured, objectives) if measured else 'none'}"
    return first_true(
        [
            (objectives == 0, lambda: "No objective is defined"),
            (
                len(unmeasured_outcome) == 1,
                lambda: f"Change is read everywhere but for {unmeasured_outcome[0]}; {impact}",
            ),
            (
                bool(unmeasured_outcome),
                lambda: f"For {of(len(unmeasured_outcome), objectives)} objectives no change is read",
            ),
            (
                True,
                lambda: f"Change is read for all {objectives} objectives; {impact}",
            ),
        ]
    )


def trips(value: float | None, lower: float | None, upper: float | None) -> str:
    """Finding of what a meeting outside puts on the road."""
    return first_true(
        [
            (value is None, lambda: "No meeting outside the compound is known"),
            (
                True,
                lambda: f"A meeting outside takes {with_interval(value or 0, lower, upper, progress)} vehicle trips",
            ),
        ]
    )


def granted(types: Sequence[tuple[str, float | None, int]]) -> str:
    """Movements granted by type of counterpart: (type, share, number decided); empty where none was asked for."""
    known = sorted(((t, s, n) for t, s, n in types if s is not None), key=lambda item: -(item[1] or 0))
    said = [f"{percent(s or 0)} of {count(n)} to see {t} counterparts" for t, s, n in known]
    return f"Movements granted: {', '.join(said)}." if said else ""


def grants(total: int, early: int) -> str:
    """Finding of small grants: ``early`` of the activities were held before the answer came."""
    return first_true(
        [
            (total == 0, lambda: "No request for a small activity received yet"),
            (early == 0, lambda: f"None of {count(total)} small activities was held before the answer came"),
            (True, lambda: f"{of(early, total)} small activities were held before the answer came"),
        ]
    )
