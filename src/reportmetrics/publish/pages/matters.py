"""What needs a decision, and what changed: each line of the overview's two lists rests on one rule of this file.

Belongs here: the rules, said in words for the page of definitions, and their evaluation. Not here: charts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reportmetrics.publish import numbers
from reportmetrics.publish.blocks import definition_href
from reportmetrics.publish.edition import Edition, PastEdition
from reportmetrics.publish.figures import Figure
from reportmetrics.publish.objective_sentences import change, many
from reportmetrics.publish.pages import objective_figures
from reportmetrics.publish.pages.common import BACKLOG, WAIT, progressed, wait_page, waits
from reportmetrics.publish.pages.received import received
from reportmetrics.publish.place_sentences import WEEKS, alarm_words
from reportmetrics.publish.text import curly, isolated

MOST_MATTERS, MOST_CHANGES = 5, 6
OLD_DAYS = 180
LOW_COMPLETENESS = 0.9


@dataclass(frozen=True, slots=True)
class Matter:
    """A matter for decision. ``weight`` orders them: days or activities at stake."""

    matter: str
    figures: str
    decides: str
    see: str
    href: str
    weight: float


@dataclass(frozen=True, slots=True)
class Change:
    """A line of what changed."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its name, when it holds, and what it finds."""

    name: str
    holds: str
    find: Callable[[Edition], Iterator[Matter]]


def matters(edition: Edition) -> list[Matter]:
    """The weightiest matters of each rule, at most five in all, every rule heard before one speaks twice.

    Before anything is received, the rules would list every form and objective; then there is one matter.
    """
    if not received(edition).anything:
        return [_nothing_received(edition)]
    by_rule = [sorted(rule.find(edition), key=lambda m: -m.weight) for rule in RULES]
    first = [found[0] for found in by_rule if found]
    rest = sorted((m for found in by_rule for m in found[1:]), key=lambda m: -m.weight)
    chosen = [*first, *rest][:MOST_MATTERS]
    return sorted(chosen, key=lambda m: -m.weight)


def _nothing_received(edition: Edition) -> Matter:
    """Before any file came, the one matter is that none does."""
    since = numbers.date_long(edition.profile.mission.starts_on)
    return Matter(
        "Ask the senders for their first files",
        f"{numbers.count(len(edition.profile.sources))} sources are expected since {since}; none has sent a row",
        "Operations assessment",
        "Data quality",
        "quality.html",
        0.0,
    )


def changes(edition: Edition) -> list[Change]:
    """What is new, restated, silent or stale against the publication before; at most six."""
    found = [*_silent(edition)]
    before = edition.past[0] if edition.past else None
    if before:
        found += [*_regressed_since(edition, before), *_definitions(edition, before)]
        found += [*_decided_since(edition, before), *_restated(edition, before)]
    return found[:MOST_CHANGES]


def _old_requests(edition: Edition) -> Iterator[Matter]:
    ordered = waits(edition)
    for w in ordered:
        oldest = edition.figures.value(BACKLOG, "max", hq=w.name)
        rows = edition.figures.listing(BACKLOG, "oldest", hq=w.name)
        if oldest is None or oldest <= OLD_DAYS:
            continue
        promised = sum(1 for r in rows if r.get("promised_on"))
        said = f"oldest {numbers.days(oldest)} days, {numbers.count(w.still_open)} open"
        if promised:
            said += f"; {promised} of the {len(rows)} have a promise to a counterpart"
        many = f"the {len(rows)} oldest requests" if len(rows) > 1 else "the oldest request"
        yield Matter(
            f"Escalate {many} at {isolated(w.name)}", said, "Chief of staff", w.name, wait_page(w.name, ordered), oldest
        )


def _unread(edition: Edition) -> Iterator[Matter]:
    for p in progressed(edition):
        if p.known or not p.total:
            continue
        held = edition.figures.value("activity.held", "sum", objective_id=p.objective_id)
        said = "no reading received" + (f"; {numbers.count(held)} activities held" if held is not None else "")
        many = f"its {p.total} indicators" if p.total > 1 else "its indicator"
        yield Matter(
            f"{p.objective_id}: read {many}, or withdraw {'them' if p.total > 1 else 'it'}",
            said,
            _owner(edition, p.objective_id),
            p.objective_id,
            objective_figures.objective_file(p.objective_id),
            held or 0.0,
        )


def _stalled(edition: Edition) -> Iterator[Matter]:
    for p in objective_figures.places(edition):
        if p.position != "busy and stalled":
            continue
        kinds = objective_figures.kinds(edition.figures, p.objective_id)
        done = f"{many(kinds[0][0], kinds[0][1].value or 0.0)} a week; " if kinds else ""
        said = change(p, objective_figures.noise(edition, p.objective_id))
        yield Matter(
            f"{p.objective_id}: continue, change or stop the present line of work",
            f"{done}{said} in {WEEKS} weeks",
            _owner(edition, p.objective_id),
            p.objective_id,
            objective_figures.objective_file(p.objective_id),
            p.hours or 0.0,
        )


def _rising(edition: Edition) -> Iterator[Matter]:
    for p in objective_figures.places(edition):
        if not p.alarm or p.position == "busy and stalled":
            continue
        yield Matter(
            f"{p.objective_id}: read its progress before more is done"
            if p.alarm == "unmeasured"
            else f"{p.objective_id}: say what the added work is for",
            alarm_words(p),
            _owner(edition, p.objective_id),
            p.objective_id,
            objective_figures.objective_file(p.objective_id),
            (p.hours or 0.0) - (p.hours_before or 0.0),
        )


def _regressed(edition: Edition) -> Iterator[Matter]:
    for p in progressed(edition):
        if not p.regressed or p.lowest is None:
            continue
        said = f"lowest progress {numbers.progress(p.lowest)}, {p.regressed} of {p.known} read lie below the baseline"
        yield Matter(
            f"{p.objective_id}: continue, change or stop the present line of work",
            said,
            _owner(edition, p.objective_id),
            p.objective_id,
            objective_figures.objective_file(p.objective_id),
            abs(p.lowest) * 365,
        )


def _missing_reports(edition: Edition) -> Iterator[Matter]:
    names = {t.template_id: t.name for t in edition.profile.templates}
    for f in edition.figures.each("burden.completeness", "share", "template_id"):
        template = f.dims["template_id"] or ""
        if f.value is None or f.upper is None or f.upper >= LOW_COMPLETENESS:
            continue
        came = edition.figures.value("burden.completeness", "numerator", template_id=template)
        said = f"{numbers.percent(f.value)} came"
        if came is not None and f.n:
            said += f", {numbers.of(came, f.n)} due"
        yield Matter(
            f"{isolated(names.get(template, template))}: ask for it again, or ask less often",
            said,
            "Operations assessment",
            "Definition",
            definition_href("burden.completeness"),
            (f.n or 0) * (1 - f.value),
        )


RULES = (
    Rule("Old requests", f"The oldest open request at a headquarters is older than {OLD_DAYS} days.", _old_requests),
    Rule(
        "Busy and stalled",
        f"Contact hours of {WEEKS} weeks lie above the neutral band around the median objective’s, and progress below "
        "its band of the change needed.",
        _stalled,
    ),
    Rule(
        "Activity without progress that shows",
        f"Contact hours of {WEEKS} weeks rise beyond the neutral band against the {WEEKS} before, while progress "
        "stands still or is not read.",
        _rising,
    ),
    Rule("Unread objective", "No indicator of an objective has a reading with baseline and target.", _unread),
    Rule("Below the baseline", "The latest reading of an indicator lies below its baseline.", _regressed),
    Rule(
        "Reports that do not come",
        f"The upper end of a template's completeness interval lies below {numbers.percent(LOW_COMPLETENESS)}.",
        _missing_reports,
    ),
)


def _owner(edition: Edition, objective_id: str) -> str:
    return next((o.owner for o in edition.objectives if o.objective_id == objective_id), f"Owner of {objective_id}")


def _silent(edition: Edition) -> Iterator[Change]:
    kinds = {"silent": "Silent", "extract stale": "Stale", "stale": "Stale"}
    for code, kind in kinds.items():
        for f in edition.figures.each(WAIT, "median", "hq"):
            said = next((c.split(":", 1)[-1].strip() for c in f.caveats if c.split(":", 1)[0].strip() == code), None)
            if said:
                yield Change(kind, f"{isolated(f.dims['hq'] or '')}: {curly(said)}{'' if said.endswith('.') else '.'}")


def _regressed_since(edition: Edition, before: PastEdition) -> Iterator[Change]:
    earlier = {p.objective_id: p.regressed for p in progressed(edition, before.figures)}
    for p in progressed(edition):
        if p.regressed > earlier.get(p.objective_id, 0) and p.lowest is not None:
            yield Change(
                "New", f"{p.objective_id}: an indicator lies below its baseline, at {numbers.progress(p.lowest)}."
            )


def _decided_since(edition: Edition, before: PastEdition) -> Iterator[Change]:
    earlier = {w.name: w for w in waits(edition, before.figures)}
    for w in waits(edition):
        old = earlier.get(w.name)
        if old and w.still_open != old.still_open:
            verb = "rose" if w.still_open > old.still_open else "fell"
            decided = w.events - old.events
            yield Change(
                "New",
                f"{isolated(w.name)} decided {numbers.count(max(0, decided))}; open {verb} from "
                f"{numbers.count(old.still_open)} to {numbers.count(w.still_open)}.",
            )


def _definitions(edition: Edition, before: PastEdition) -> Iterator[Change]:
    old, new = before.figures.versions(), edition.figures.versions()
    for metric in sorted(old.keys() & new.keys()):
        if old[metric] != new[metric]:
            yield Change("Definition", f"{metric} is now version {new[metric]} (was {old[metric]}).")


def _restated(edition: Edition, before: PastEdition) -> Iterator[Change]:
    """Weeks that were over at the publication before and read otherwise now, under the same definition."""
    for f in edition.figures.each("burden.completeness", "share", "week"):
        week = numbers.parse_day(f.dims.get("week"))
        old: Figure | None = before.figures.one(f.metric, f.statistic, week=f.dims["week"])
        if not week or old is None or old.value is None or f.value is None or old.version != f.version:
            continue
        if (before.as_of - week).days >= 14 and abs(old.value - f.value) > 1e-9:
            yield Change(
                "Restated",
                f"Completeness of the week of {numbers.day_and_month(week)} from {numbers.percent(old.value)} to "
                f"{numbers.percent(f.value)} (data, not definition).",
            )
