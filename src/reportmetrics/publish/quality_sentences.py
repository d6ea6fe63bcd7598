"""Sentences of the page on data quality, filled from figures.

"m of n" takes its verb from m ("1 of 9 rows was", "2 of 9 rows were"), and nought is told as "None of n", with "was".

Belongs here: wording, and which sentence is true. Not here: figures, tables.
"""

from __future__ import annotations

from reportmetrics.publish import numbers


def heading(rows: float | None, refused: float, still_open: float) -> str:
    """The page's finding: how much was refused, and how much of it nobody has answered."""
    if not rows:
        return "Nothing received yet"
    if not refused:
        return f"None of {_rows(rows)} was refused"
    answered = "all since mended" if not still_open else f"{_faults(still_open)} still open"
    return f"{numbers.count(refused)} of {_rows(rows)} {_were(refused)} refused, {answered}"


def sources(known: int, overdue: int, silent: int) -> str:
    """How many sources send as promised. An overdue one was last heard more than two intervals ago."""
    if not overdue and not silent:
        return f"All {known} sources send as promised" if known > 1 else "The source sends as promised"
    parts = []
    if overdue:
        parts.append(f"{overdue} of {known} sources {_are(overdue)} overdue")
    if silent:
        parts.append(f"{silent} never sent anything" if overdue else f"{silent} of {known} sources never sent anything")
    return ", ".join(parts)


def refusals(faults: int, mended: int) -> str:
    """What became of the refusals."""
    if not faults:
        return "Nothing was refused"
    if mended == faults:
        return f"All {numbers.count(faults)} faults have been mended" if faults > 1 else "The one fault has been mended"
    if not mended:
        return f"None of {_faults(faults)} has been mended" if faults > 1 else "The one fault has not been mended"
    return f"{numbers.count(mended)} of {_faults(faults)} {'has' if mended == 1 else 'have'} been mended"


def arrival(median: float | None, slowest: float | None) -> str:
    """How long reports take to arrive."""
    if median is None:
        return "Too few reports to say how long they take to arrive"
    if slowest is None:
        return f"Half of the reports are known within {numbers.days(median)} days of being sent"
    return (
        f"Half of the reports are known within {numbers.days(median)} days of being sent, "
        f"nine of ten within {numbers.days(slowest)}"
    )


def checks(run: int, critical: int, warnings: int) -> str:
    """What the checks of this run found."""
    if not run:
        return "No check has run yet"
    if not critical and not warnings:
        return f"All {numbers.count(run)} checks passed"
    found = [
        f"{n} {word}{'' if n == 1 else 's'}" for n, word in ((critical, "critical failure"), (warnings, "warning")) if n
    ]
    return f"{numbers.count(run)} checks gave {' and '.join(found)}"


def vanished(count: int, promised: int) -> str:
    """Requests that registers no longer list; ``promised`` is the number of sources whose registers are complete."""
    if not promised:
        return "No source promises complete registers, so a request that vanishes cannot be seen"
    if not count:
        return "No request has vanished from a register"
    if count == 1:
        return "1 request vanished from its register"
    return f"{numbers.count(count)} requests vanished from their registers"


def aside(files: int, waiting: int) -> str:
    """Files of batches that were set aside."""
    if not files:
        return "No batch was ever set aside"
    said = f"{numbers.count(files)} file{'' if files == 1 else 's'} {_were(files)} set aside"
    return f"{said}, {numbers.count(waiting)} not taken up again" if waiting else f"{said}, all taken up again"


def notes(count: int, shown: int) -> str:
    """What was seen in files beside their rows."""
    if not count:
        return "Nothing out of the ordinary was noted in the files"
    said = f"{numbers.count(count)} note{' was' if count == 1 else 's were'} made on files"
    return said if shown == count else f"{said}; the newest {numbers.count(shown)} are shown"


def corrections(count: int, left: int) -> str:
    """Corrections that are on record, and how many of them were not applied."""
    if not count:
        return "No correction is on record"
    said = f"{numbers.count(count)} correction{' is' if count == 1 else 's are'} on record"
    return f"{said}, {numbers.count(left)} of them not applied" if left else said


def _rows(count: float) -> str:
    return f"{numbers.count(count)} row{'' if count == 1 else 's'}"


def _faults(count: float) -> str:
    return f"{numbers.count(count)} fault{'' if count == 1 else 's'}"


def _were(count: float) -> str:
    return "was" if count == 1 else "were"


def _are(count: float) -> str:
    return "is" if count == 1 else "are"
