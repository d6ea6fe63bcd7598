"""Every source that a run takes files from: those that the profile describes, and those that follow from them.

Rows that were refused go back to their sender as a workbook (``senders.returned``). Mended, the workbook is a delivery
like any other; its mapping is the one of the source that the rows came from, read from a sheet of the workbook.

Belongs here: which sources follow from a profile, and how their files are recognised. Not here: making the workbooks.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import re
from collections.abc import Iterable, Sequence

from reportmetrics.profile.sources import ColumnMap, Options, Source, TableMap, sheet_of

RETURNED = "returned"
"""Folder below the landing folder for mended workbooks, and the ending of the ids of the sources that read them."""

CORRECTED = "corrected"
"""Ending of the ids of the sources whose deliveries are corrections."""

REFERENCE, REASON = "(ref)", "(what to mend)"
"""Columns of a returned sheet beside those of the sender: which refused row it is, and what is wrong with it."""


def before_column(column: str) -> str:
    """Column of a corrected event that holds what another one said before."""
    return f"(before: {column})"


_LONGEST_SHEET_NAME = 31

_LONGEST_IN_A_NAME = 80
"""Bytes of a source's id in the name of a file, of which systems take 255."""

READ_ME = "Read me"
"""First sheet of each workbook that goes out."""

_TAKEN_NAMES = frozenset({READ_ME.lower(), "history"})
"""Names that a sheet of rows cannot have: one that is there, and one that Excel keeps for itself."""


FORMS = "forms"
"""Folder below the landing folder for entry forms that were filled in, and the id of the source that reads them."""

FORM_TEXTS = f"{FORMS}-text"
"""Id of the source that reads the answers of entry forms that are texts."""

FORM_REPORT, FORM_ANSWERS, FORM_LISTS = "Report", "Answers", "Lists"
"""Sheets of an entry form; the last is hidden and holds the entries of long drop-downs."""

FORM_UNIT = "Unit"
"""Column of the sheet with the report: the unit that the form was made for, and so its sender."""

FORM_NIL = "Nil return"
"""Column of the sheet with the report: a yes says that there is nothing to report (``ingest.forms``)."""

NOT_APPLICABLE_WORD = "n/a"
"""What is entered in a form where a question does not apply, in small or capital letters."""

_NOT_APPLICABLE = ["n/a", "N/A", "N/a", "n/A"]
_YES_OR_NO = {"map": {"yes": "true", "no": "false"}, "ignore_case": True}

HAND_BACKS = "hand-backs"
"""Id of the source that reads the records of what was given back to senders."""

_NEITHER_NUMBER_NOR_TICK = [
    {"from": "Number", "blank": True, "and": [{"from": "Unchanged", "blank": True}]},
    {"from": "Number", "blank": True, "and": [{"from": "Unchanged", "is": ["no", "false"], "ignore_case": True}]},
    {"from": "Number", "blank": True, "and": [{"from": "Text", "blank": False}]},
]
_DAY = {"format": ["%Y-%m-%d"]}


def intake(sources: Iterable[Source]) -> list[Source]:
    """The sources of a profile and of entry forms, each followed by those of its mended workbooks and corrections.

    Last comes the source of what this program records itself: which refused rows were given back.
    """
    own = (*sources, *form_sources())
    derived = [each for source in own for each in (source, returned_source(source), corrected_source(source))]
    return [*derived, hand_back_source()]


def sheets(sources: Iterable[Source]) -> list[tuple[str, str, str]]:
    """Source, table and sheet of each table that is read from a workbook."""
    entries = ((source, entry) for source in intake(sources) for entry in source.tables)
    found = ((source.source, entry.table, sheet_of(source, entry)) for source, entry in entries)
    return sorted((source, table, sheet) for source, table, sheet in found if sheet is not None)


@functools.cache
def form_sources() -> tuple[Source, ...]:
    """The sources that read entry forms (``senders.form``): reports with their numbers, and answers in words.

    Both read the same files: an answer is a number or a text, and a line without the one or the other tells nothing
    to the source concerned. A tick alone is an answer too, to the first of them. A tick beside an entry that differs
    from what was answered last is refused.

    Each form is sent by the unit that it names (``sender_of_form``); the sender here stands where none is to be read.
    """
    common = {
        "sender": "Whoever filled in the form",
        "files": f"{FORMS}/*.xlsx",
        "reader": "xlsx",
        "options": {"hidden_sheets": [FORM_LISTS]},
        "every": "7 days",
    }
    report = {
        "table": "report",
        "sheet": FORM_REPORT,
        "columns": {
            "report_id": "Report",
            "template_id": "Form",
            "unit_id": FORM_UNIT,
            "reporter_id": "Advisor",
            "recipient": "Recipient",
            "period_start": {"from": "First day", **_DAY},
            "period_end": {"from": "Last day", **_DAY},
            # A spreadsheet program may save the moment without its looks: then it is a day number.
            "submitted_at": {"from": "Sent", "format": ["%Y-%m-%d %H:%M", "excel-1900"]},
            "revision": "Revision",
            "prep_minutes": "Minutes",
            "grade": "Grade",
            "narrative": "Remarks",
            "withdrawn": {"from": "Withdrawn", "optional": True, **_YES_OR_NO},
        },
        "ignore": [FORM_NIL],
    }
    numbers, words = (
        {
            "table": "report_field",
            "sheet": FORM_ANSWERS,
            "drop": drop,
            "ignore": ["Question", "Last time", other],
            # One person fills in a form, may tick all of it, and another form asks otherwise; no column can be renamed.
            "may_go_blank": ["objective_id", column, "confirmed_unchanged"],
            "columns": {
                "report_id": "Report",
                "revision": {"from": "Revision", "optional": True},
                "field_id": "Field",
                "objective_id": "Objective",
                column: {"from": entry, "not_applicable": _NOT_APPLICABLE},
                "confirmed_unchanged": {"from": "Unchanged", **_YES_OR_NO, "same": [entry, "Last time"]},
            },
        }
        for column, entry, other, drop in (
            ("value_number", "Number", "Text", _NEITHER_NUMBER_NOR_TICK),
            ("value_text", "Text", "Number", [{"from": "Text", "blank": True}]),
        )
    )
    return (
        Source.model_validate({**common, "source": FORMS, "title": "Entry forms", "tables": [report, numbers]}),
        Source.model_validate({**common, "source": FORM_TEXTS, "title": "Entry forms, texts", "tables": [words]}),
    )


def sender_of_form(unit_id: str) -> str:
    """The sender of an entry form that was made for a unit, by the name that sources give units with their files."""
    return f"Unit {unit_id}"


def handed_out_as(source_id: str) -> str:
    """Id of the source as whose refused rows those of a source go back: texts of entry forms with the rest of them."""
    is_text = declared_id(source_id) == FORM_TEXTS
    return source_id.replace(FORM_TEXTS, FORMS, 1) if is_text else source_id


def reads_forms(source: Source) -> bool:
    """Whether a source reads entry forms, or rows of them that were mended."""
    return source.source.removesuffix(f".{RETURNED}") in {s.source for s in form_sources()}


@functools.cache
def hand_back_source() -> Source:
    """The source that reads records of hand-backs (``ingest.hand_backs``): known from the day of the hand-back.

    No file of the landing folder is its: the program writes the records itself, and they go to the archive like what
    is sent, so that a warehouse made anew from the archive knows them.
    """
    names = ("refused_file", "refused_table", "refused_sheet", "refused_row", "workbook", "sender")
    return Source.model_validate(
        {
            "source": HAND_BACKS,
            "title": "Refused rows given back",
            "sender": "data team",
            "files": f".{HAND_BACKS}/*.csv",
            "reader": "csv",
            "every": "36500 days",
            "known_from": {"column": "handed_on"},
            "table": "hand_back",
            "columns": {**{n: n for n in names}, "handed_on": {"from": "handed_on", **_DAY}},
        }
    )


def corrected_source(source: Source) -> Source:
    """The source whose deliveries are the corrections of files of ``source``: the same mapping, no file of its own."""
    return source.model_copy(
        update={
            "source": f"{source.source}.{CORRECTED}",
            "title": f"{source.title}: corrections",
            "files": f".{CORRECTED}/{_plain(source.source)}",
            "every": "36500 days",
            "facts": None if source.facts is None else rf"(?:{source.facts}) \(corrected [\d-]+\)",
            "known_from": "arrival",
            "complete": None,
            "sender": "data team",
            "corrections": [],
        }
    )


def corrected_name(name: str, day: dt.date) -> str:
    """Name of the delivery of a day's corrections of a file."""
    return f"{name} (corrected {day})"


def corrected_file(name: str) -> str | None:
    """Name of the file that a delivery of that name corrects."""
    found = _CORRECTED_NAME.fullmatch(name)
    return None if found is None else found[1]


def corrected_day(name: str) -> str | None:
    """Day of the records that a delivery of that name holds."""
    found = _CORRECTED_NAME.fullmatch(name)
    return None if found is None else found[2]


_CORRECTED_NAME = re.compile(r"(.*) \(corrected (\d{4}-\d\d-\d\d)\)", re.DOTALL)


def returned_source(source: Source) -> Source:
    """The source that reads mended rows of ``source``: the same mapping, from a sheet of a returned workbook."""
    return source.model_copy(
        update={
            "source": f"{source.source}.{RETURNED}",
            "title": f"{source.title}: refused rows, mended",
            "files": f"{RETURNED}/{RETURNED}_*+{_plain(source.source)}+*.xlsx",
            "reader": "xlsx",
            "options": Options(),
            "facts": None,
            "complete": None,
            # What the mended rows say becomes known when they come, whatever date the first file or its rows stated.
            "known_from": "arrival",
            "tables": [_table(source, t) for t in source.tables],
        }
    )


def declared_id(source_id: str) -> str:
    """Id of the source that the profile describes, for a source that follows from it; else the id itself."""
    return source_id.removesuffix(f".{RETURNED}").removesuffix(f".{CORRECTED}")


def is_returned(source: Source) -> bool:
    """Whether a source reads mended workbooks."""
    return source.source.endswith(f".{RETURNED}")


def is_corrected(source: Source) -> bool:
    """Whether a source reads corrections of files."""
    return source.source.endswith(f".{CORRECTED}")


def written_here(source: Source) -> bool:
    """Whether a source reads workbooks that this program wrote, whose texts are guarded (``ingest.guard``)."""
    return is_returned(source) or source in (*form_sources(), hand_back_source())


def returned_name(day: str, number: int, sources: Sequence[str]) -> str:
    """File name of a returned workbook: the names of its sources say who is to read it back."""
    return f"{RETURNED}_{day}_{number:02d}_+{'+'.join(map(_plain, sources))}+.xlsx"


def returned_number(name: str, day: str) -> int | None:
    """The number in the file name of a workbook that was returned on ``day``; None for every other name."""
    found = re.match(rf"{RETURNED}_{day}_(\d+)_\+", name)
    return None if found is None else int(found[1])


def _plain(source_id: str) -> str:
    """A source's id as it may stand in a file name; no other source has the same."""
    plain = re.sub(r"[^\w.-]", "-", source_id)
    if plain == source_id and len(plain.encode()) <= _LONGEST_IN_A_NAME:
        return plain
    return f"{plain.encode()[:_LONGEST_IN_A_NAME].decode(errors='ignore')}~{_digest(source_id)}"


def returned_sheet(source: Source, sheet: str | None) -> str:
    """Name of the sheet that holds refused rows of a source; no other source has the same, but for capital letters.

    Both sources that read the answers of entry forms have one sheet, as in a form: a number may be moved to the texts.
    Excel takes 31 characters of a name, counts those beyond the first 65,536 twice, and keeps some names for itself.
    """
    source_id = handed_out_as(source.source)
    whole = source_id if sheet is None else f"{source_id} {sheet}"
    plain = re.sub(r"[\[\]:*?/\\']", "-", whole)
    if plain == whole and _length(whole) <= _LONGEST_SHEET_NAME and whole.lower() not in _TAKEN_NAMES:
        return whole
    return f"{plain[: 22 if _length(plain[:22]) == 22 else 11]}~{_digest(whole)}"


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def fact_column(fact: str) -> str:
    """Column of a returned sheet that holds a fact of the name of the file that the row came in."""
    return f"(file: {fact})"


def _table(source: Source, entry: TableMap) -> TableMap:
    columns = {name: _column(given) for name, given in entry.columns.items()}
    facts = [fact_column(f) for f in facts_of(source)]
    return entry.model_copy(
        update={
            "sheet": returned_sheet(source, entry.sheet or source.options.sheet),
            "columns": columns,
            "per": "row",
            "ignore": [*entry.ignore, REFERENCE, REASON, *facts],
        }
    )


def facts_of(source: Source) -> list[str]:
    """Facts of a file's name that the mapping of a source uses, by name."""
    return sorted({g.fact for t in source.tables for g in t.columns.values() if g.fact is not None})


def _column(given: ColumnMap) -> ColumnMap:
    return given if given.fact is None else given.model_copy(update={"fact": None, "from_": fact_column(given.fact)})
