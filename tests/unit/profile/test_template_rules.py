"""Forms of several units and of the whole mission: what their entries may say, and what is refused."""

from __future__ import annotations

import datetime as dt

import pytest
from pydantic import ValidationError

from reportmetrics.profile.mission import Unit
from reportmetrics.profile.template_rules import template_problems
from reportmetrics.profile.templates import Template

D = dt.date
OPENED = {"U-1": (D(2020, 1, 1), None), "U-2": (D(2020, 1, 1), None), "U-3": (D(2020, 1, 1), D(2021, 3, 1))}
UNITS = {
    name: Unit(unit_id=name, name=name, place="p", advisors=1, opened=opened, closed=closed)
    for name, (opened, closed) in OPENED.items()
}


def problems(*joint: dict[str, object], **more: object) -> list[str]:
    form = {
        "template_id": "T",
        "name": "T",
        "every": "week",
        "per": "unit",
        "recipient": "HQ",
        "minutes": {"low": 1, "central": 2, "high": 3},
        "due": {"days_after": 2},
        "fields": [],
        "joint": list(joint),
    }
    return [str(p).removeprefix("templates.yaml: ") for p in template_problems([Template(**(form | more))], UNITS)]


def serves(unit: str, *served: str, **days: dt.date) -> dict[str, object]:
    return {"unit": unit, "serves": list(served), **days}


def test_joint_reports_one_after_the_other_are_sound() -> None:
    until, since = {"valid_to": D(2020, 12, 31)}, {"valid_from": D(2021, 1, 1)}
    assert problems(serves("U-1", "U-2", "U-3")) == []
    assert problems(serves("U-3", "U-2", **until), serves("U-1", "U-2", **since)) == []
    assert problems(serves("U-1", "U-2", **until), serves("U-3", "U-1", **since)) == []
    # A sender that closes on the way serves until then.
    assert problems(serves("U-3", "U-1", "U-2")) == []


def test_a_unit_has_one_sender_at_a_time() -> None:
    assert problems(serves("U-1", "U-2"), serves("U-3", "U-2", valid_from=D(2021, 2, 1))) == [
        "templates[T].joint[U-3]: U-2 is served by U-1 too, at the same time (from 2021-02-01 on); "
        "take it out of one of the two, or give them dates that do not overlap"
    ]


def test_a_unit_that_serves_is_not_served_itself() -> None:
    days = {"valid_from": D(2021, 1, 1), "valid_to": D(2021, 6, 30)}
    assert problems(serves("U-1", "U-2"), serves("U-3", "U-1", **days)) == [
        "templates[T].joint[U-1]: U-1 serves others and is served by U-3 at the same time "
        "(from 2021-01-01 to 2021-06-30); let U-3 serve them itself, or give the two dates that do not overlap"
    ]
    assert len(problems(serves("U-1", "U-2"), serves("U-2", "U-1"))) == 2


@pytest.mark.parametrize(
    "more",
    [
        {"joint": [serves("U-3", "U-2", valid_from=D(2021, 3, 2))]},
        {"joint": [serves("U-3", "U-2", valid_to=D(2019, 12, 31))]},
        {"joint": [serves("U-3", "U-2")], "valid_from": D(2021, 4, 1)},
    ],
)
def test_a_sender_that_is_never_open_while_it_serves_is_refused(more: dict[str, object]) -> None:
    assert problems(**more) == [
        "templates[T].joint[U-3]: U-3 never owes this form while it serves; "
        "name a unit that does, or correct the days of the unit, the form or 'joint'"
    ]


def test_reversed_days_are_blamed_once() -> None:
    assert problems(serves("U-1", "U-2", valid_from=D(2021, 2, 1), valid_to=D(2021, 1, 1))) == [
        "templates[T].joint[U-1]: ends (2021-01-01) before it starts (2021-02-01); correct one of the two days"
    ]


def test_a_form_of_the_whole_mission_says_who_sends_it() -> None:
    assert problems(per="mission") == [
        "templates[T].units: a form of the whole mission, and not said which unit sends it; "
        "name that unit, such as units: [U-01], or give [] when no report is to be expected"
    ]
    assert problems(per="mission", units=["U-1"]) == []
    assert problems(per="mission", units=[]) == []


def test_no_two_reports_of_entry_forms_have_one_identifier() -> None:
    def form(template_id: str, *units: str) -> Template:
        told = {"name": "T", "every": "week", "per": "unit", "recipient": "HQ", "due": {"days_after": 2}, "fields": []}
        minutes = {"low": 1, "central": 2, "high": 3}
        return Template(template_id=template_id, units=list(units), minutes=minutes, **told)

    units = dict.fromkeys(("C", "B-C", "D"), UNITS["U-1"])
    assert list(template_problems([form("A-B", "D"), form("A", "B-C")], units)) == []
    [said] = template_problems([form("A-B", "C", "D"), form("A", "D", "B-C")], units)
    assert str(said) == (
        "templates.yaml: templates[A]: reports of unit B-C would have the identifiers of form A-B, unit C (A-B-C-...); "
        "give the form or the unit another identifier"
    )


@pytest.mark.parametrize("letter", ["\u00a0", "\u200f", "\u2007", "\n"])
def test_an_identifier_is_what_it_looks_like(letter: str) -> None:
    with pytest.raises(ValidationError, match=f"U\\+{ord(letter):04X}"):
        Unit(unit_id=f"U{letter}1", name="n", place="p", advisors=1, opened=D(2020, 1, 1))


def test_an_identifier_of_letters_put_together_is_refused_and_the_other_way_is_told() -> None:
    with pytest.raises(ValidationError, match=r"write it 'M\\xfcnchen'"):
        Unit(unit_id="Mu\u0308nchen", name="n", place="p", advisors=1, opened=D(2020, 1, 1))
    sound = Unit(unit_id="M\u00fcnchen 1", name="n", place="p", advisors=1, opened=D(2020, 1, 1))
    assert sound.unit_id == "M\u00fcnchen 1"
