"""Advice about a profile: what it may say, and what will then be missing or misleading in its figures.

Belongs here: rules that do not keep a profile from being used; ``profile lint`` shows them as warnings. Not here:
mistakes, which do (``rules``).

An indicator that lacks a baseline or a target is allowed, because missions have them: its progress is null, with the
reason. One that counts the mission's own activity is allowed too, but it makes activity look like progress.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence

from reportmetrics.profile.breakdown_rules import breakdown_advice
from reportmetrics.profile.objectives import Indicator, Objective
from reportmetrics.profile.reading import Problem
from reportmetrics.profile.sources import Source
from reportmetrics.profile.templates import Template

FILE = "indicators.yaml"
JUDGED = ("outcome", "impact")
_DEEDS = (
    r"(?:meetings?|calls?|visits?|workshops?|seminars?|trainings?|briefings?|engagements?|sessions?|activit(?:y|ies)|"
    r"events?|trips?|movements?|conferences?|advisory days)"
)
_DONE = r"(?:held|conducted|delivered|organi[sz]ed|carried out|facilitated|attended|supported|given|made|with)"
_OWN_ACTIVITY = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"^(?:the )?(?:number|no\.?|count|total|#) ?(?:of )?(?:[\w-]+ ){{0,3}}{_DEEDS}\b",
        rf"\b{_DEEDS} (?:[\w-]+ ){{0,2}}{_DONE}\b",
        r"\b(?:hours|days) (?:of|with) (?:contact|advice|advising|mentoring|training|counterparts)\b",
        r"\b(?:trained|reached|advised|mentored) by (?:the mission|advis[eo]rs)",
    )
)
_BY_OTHERS = re.compile(
    r"\b(?:by|of|led by) (?:the )?(?:national|ministr(?:y|ies)|host|counterparts?)\b", re.IGNORECASE
)
"""What the host nation does itself is change, also when it is a meeting."""
_RUNNING_TOTAL = re.compile(
    r"\b(?:running total|cumulative|to date|so far|since the (?:start|beginning))\b", re.IGNORECASE
)


def counts_own_activity(name: str) -> bool:
    """Whether the wording of an indicator counts what the mission does, not what changes."""
    return not _BY_OTHERS.search(name) and any(p.search(name) for p in _OWN_ACTIVITY)


def indicator_advice(
    objectives: Sequence[Objective], indicators: Sequence[Indicator], templates: Sequence[Template]
) -> list[Problem]:
    """What is worth a second look, in order of the files. Retired objectives and versions are left alone."""
    standing = [o.objective_id for o in objectives if o.valid_to is None]
    current = [i for i in _latest(indicators) if i.valid_to is None and i.objective_id in standing]
    advice = [*_unmeasured(standing, current)]
    for i in current:
        advice += _indicator(i)
    for t in templates:
        advice += _flows(t)
    return advice


def source_advice(sources: Sequence[Source]) -> list[Problem]:
    """What the mapping of a source leaves to chance."""
    return [problem for source in sources for problem in (*_undated(source), *breakdown_advice(source))]


def _undated(source: Source) -> Iterator[Problem]:
    """Registers that list all requests, sent in files of several names that say no date.

    One that reads as an earlier one did is that file sent again; only a date tells that a request was opened again.
    """
    if source.complete is not None and source.facts is None and re.search(r"[*?\[]", source.files):
        yield Problem(
            "sources",
            f"{source.source}.facts",
            "a complete register in files without a date: one that reads as an earlier one did tells nothing new",
            "read the date from the name, by 'facts' with (?P<file_date>...) and known_from: {file_date: ...}; or have "
            "one file overwritten in place",
        )


def _latest(indicators: Sequence[Indicator]) -> list[Indicator]:
    """The last version of each indicator, in order of the file."""
    last: dict[str, Indicator] = {}
    for i in sorted(indicators, key=lambda i: i.valid_from or dt.date.min):
        last[i.indicator_id] = i
    return [i for i in indicators if last[i.indicator_id] is i]


def _unmeasured(objectives: Sequence[str], indicators: Sequence[Indicator]) -> Iterator[Problem]:
    judged = {i.objective_id for i in indicators if i.level in JUDGED}
    for objective_id in objectives:
        if objective_id not in judged:
            yield Problem(
                "objectives.yaml",
                f"objectives[{objective_id}]",
                "no outcome indicator tells whether it is reached",
                "agree on one with the counterparts; until then the objective is shown as unmeasured",
            )


def _indicator(i: Indicator) -> Iterator[Problem]:
    key = f"indicators[{i.indicator_id}]"
    if i.level in JUDGED:
        yield from _incomplete(i, key)
        if counts_own_activity(i.name):
            yield Problem(
                FILE,
                f"{key}.name",
                f"'{i.name}' counts the mission's own activity, as if it were a change",
                "set level: output, and name what should be different for the counterparts",
            )
    if not i.cumulative and _RUNNING_TOTAL.search(i.name):
        yield Problem(
            FILE,
            f"{key}.cumulative",
            f"'{i.name}' is a running total but not marked as one, so it would be summed",
            "set cumulative: true",
        )


def _incomplete(i: Indicator, key: str) -> Iterator[Problem]:
    kept = i.direction == "maintain"
    wanted: tuple[tuple[str, bool, str], ...] = (
        ("unit", bool(i.unit.strip()), "nobody can tell what its values mean"),
        ("baseline", i.baseline is not None or kept, "its progress is null: there is nothing to start from"),
        ("target", i.target is not None, "its progress is null: there is nothing to reach"),
        ("target_on", i.target_on is not None or kept, "the pace that it needs is null"),
        ("direction", i.direction is not None, "a reading that moves the wrong way is not told from a good one"),
    )
    for name, there, lost in wanted:
        if not there:
            yield Problem(
                FILE, f"{key}.{name}", f"no {name.replace('target_on', 'target date')}: {lost}", f"give {name}"
            )


def _flows(t: Template) -> Iterator[Problem]:
    for f in t.fields:
        if f.kind == "flow" and _RUNNING_TOTAL.search(f.label):
            yield Problem(
                "templates.yaml",
                f"templates[{t.template_id}].fields[{f.field_id}].kind",
                f"'{f.label}' is a running total, and flows are summed",
                "set kind: state, or ask for what was new in the period",
            )
