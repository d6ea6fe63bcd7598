"""The page *Simulate*: what reporting would take at another size, at other intervals, with other forms.

Belongs here: the terms that the page's script reckons from, and today's load, which stands there without a script too.
Not here: the arithmetic (``reportmetrics.simulate``; ``dashboards/script/simulate.js`` does the same in the browser).
"""

from __future__ import annotations

from typing import Any

from reportmetrics.publish import numbers
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.page import Page
from reportmetrics.publish.pages.cadence_blocks import PERIODS
from reportmetrics.simulate import Load, Plan, Range, Terms, simulate, terms

NAVIGATION = "Simulate"
INTERVALS = (1, 2, 4, 8, 13)
TOUR_DAYS, GAP_DAYS = 182, 21
MOST = 8
"""The slider runs to so many times today's strength, or to what is planned where that is more."""


def build(edition: Edition) -> Page:
    """The page from the profile alone."""
    base = terms(edition.profile, as_of=edition.as_of)
    now = simulate(edition.profile, Plan(), as_of=edition.as_of)
    planned = edition.profile.mission.personnel.planned
    return Page(
        file="simulate.html",
        template="simulate.html",
        navigation=NAVIGATION,
        crumb=[NAVIGATION],
        heading=_heading(edition, now),
        lede="Reports a year times minutes a report, as the forms assume them; low to high minutes in brackets. "
        "It reckons from the mission’s profile and says nothing of what reports are worth.",
        content={
            "terms": _for_script(base),
            "forms": [(f, PERIODS[f.period]) for f in base.forms],
            "intervals": INTERVALS,
            "rows": _rows(now),
            "form_rows": [(f.template_id, f.name, _range(f.hours)) for f in now.forms],
            "planned": planned,
            "most": max(MOST * base.personnel, planned or 0),
            "tour_days": TOUR_DAYS,
            "gap_days": GAP_DAYS,
        },
    )


def _heading(edition: Edition, now: Load) -> str:
    today = f"Today’s forms take {numbers.count(now.hours.central)} hours a year"
    planned = edition.profile.mission.personnel.planned
    if not now.forms:
        return "No form is in force"
    if planned is None or planned == now.personnel:
        return f"{today} at {numbers.count(now.personnel)} personnel"
    then = simulate(edition.profile, Plan(personnel=planned), as_of=edition.as_of)
    return (
        f"{today}; at the {numbers.count(planned)} personnel planned they would take "
        f"{numbers.count(then.hours.central)}"
    )


def _rows(now: Load) -> list[tuple[str, str, str]]:
    """Name of the script's output, what it is, and today's figure."""
    rows = [
        ("personnel", "Personnel", numbers.count(now.personnel)),
        ("advisors", "Advisors", numbers.count(now.advisors)),
        ("responses", "Reports a year", numbers.count(now.responses)),
        ("hours", "Hours a year", _range(now.hours)),
        ("net", "Hours beyond the normal course of business", _range(now.hours_net)),
    ]
    if now.cost is not None:
        rows.append(("cost", f"Cost a year, {now.currency}", _range(now.cost)))
    if now.hours_per_advisor_week is not None:
        rows.append(("week", "Hours per advisor-week", numbers.fixed(now.hours_per_advisor_week, 1)))
    rows.append(("requests", "Requests to headquarters, times today’s", "1.0"))
    return rows


def _range(value: Range) -> str:
    spread = numbers.interval(value.low, value.high, numbers.count)
    return f"{numbers.count(value.central)} ({spread})" if value.low != value.high else numbers.count(value.central)


def _for_script(base: Terms) -> dict[str, Any]:
    return {
        "personnel": base.personnel,
        "advisors": base.advisors,
        "tariffs": list(base.tariffs),
        "forms": [
            {
                "id": f.template_id,
                "name": f.name,
                "responses": f.responses,
                "grows": f.grows,
                "minutes": _triple(f.minutes),
                "normal": f.normal_course,
                "adds": {k: _triple(v) for k, v in f.adds.items()},
            }
            for f in base.forms
        ],
    }


def _triple(value: Range) -> list[float]:
    return [value.low, value.central, value.high]
