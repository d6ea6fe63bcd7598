"""What the cells of an entry form take, as rules of a spreadsheet: limits, days, drop-downs, and what is said of them.

Excel takes 255 characters of what it says, and counts those beyond the first 65,536 twice.

Belongs here: rules of single cells. Not here: which cell has which (``form``), where long lists stand (``lists``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from reportmetrics.profile.intake import NOT_APPLICABLE_WORD
from reportmetrics.profile.templates import TemplateField
from reportmetrics.senders.book import within
from reportmetrics.senders.lists import Lists

_LONGEST = 255


def number_rule(asked: TemplateField, cell: str) -> dict[str, Any]:
    """A number within the limits of the field, or the word for what does not apply; ``cell`` is the cell itself."""
    low, high = asked.minimum, asked.maximum
    if asked.kind == "flow" and low is None:
        low = 0.0
    tests = [f"ISNUMBER({cell})"]
    tests += [f"{cell}{sign}{bound:.15g}" for sign, bound in ((">=", low), ("<=", high)) if bound is not None]
    number = f"AND({','.join(tests)})" if len(tests) > 1 else tests[0]
    formula = f'=OR({number},TRIM({cell})="{NOT_APPLICABLE_WORD}")'
    hint = f"Enter a number{_between(low, high)}, or {NOT_APPLICABLE_WORD} where this does not apply."
    return _rule(asked.label, hint) | {"validate": "custom", "value": formula}


def _between(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f" from {low:g} to {high:g}"
    return f", at least {low:g}" if low is not None else f", at most {high:g}" if high is not None else ""


def whole_rule(low: int, high: int, title: str) -> dict[str, Any]:
    """A whole number between two bounds."""
    said = _rule(title, f"Enter a whole number from {low} to {high}.")
    return said | {"validate": "integer", "criteria": "between", "minimum": low, "maximum": high}


def moment_rule(first: dt.date) -> dict[str, Any]:
    """A day and time, not before a day."""
    said = _rule(
        "Day and time at which you send it, such as 2022-01-31 17:00", "Enter a day and time after the first day."
    )
    return said | {"validate": "date", "criteria": ">=", "value": dt.datetime.combine(first, dt.time())}


def list_rule(lists: Lists, values: Sequence[str], title: str) -> dict[str, Any]:
    """One of several texts."""
    return _rule(title, f"Choose one of: {'; '.join(values)}") | lists.rule(values)


def _rule(title: str, error: str) -> dict[str, Any]:
    return {
        "input_message": within(title, _LONGEST),
        "error_title": "This cannot be entered",
        "error_message": within(error, _LONGEST),
    }
