"""SQL that turns a cell into canonical text, from the declared mapping of its column.

Canonical text is what ``sql/core`` casts without choices of its own: dates as ISO, instants as ISO in UTC, numbers
with a decimal point, codes as declared. What the mapping does not understand keeps its text behind ``BAD_MARK``, so
that the cast fails and the row is rejected with its reason. An empty cell is null.

SQL is composed from the profile's mapping, whose texts enter as quoted literals; nothing from a file becomes SQL.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from reportmetrics.ingest.moments import INSTANT, moment
from reportmetrics.ingest.readers.base import CONTRADICTION_MARK, INEXACT_MARK
from reportmetrics.profile.sources import SERIAL_EPOCHS, ColumnMap
from reportmetrics.warehouse.shape import Column

BLANKS = (
    " \t\r\n\u0085\u00a0\u00ad\u061c\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b"
    "\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u202f\u205f\u2060\u2066\u2067\u2068\u2069\u3000\ufeff"
)
"""What counts as blank at the ends of a cell: spaces of all widths, and what only turns or joins the text beside it."""

COMPOSED = "\u0300-\u036f\u0653-\u0655"
"""Ranges of marks that make one letter with the one before; a name is the same however its letters are put together."""

_LOOKED_AT = f"^[{BLANKS}]|[{BLANKS}]$|[{COMPOSED}]"
_MARKED = "chr(26) || {cell}"

NOTHING_BEFORE = "is blank: nothing was answered before"
"""How a contradiction ends where a yes confirms nothing."""

_MANY = 8
"""Comparing with so many texts takes as long as looking a text up."""

CELL_DATES = ("%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S.%f%z", INSTANT)
"""How readers write real dates of workbooks and Parquet; understood besides the formats that the mapping names."""


_EXAMPLE = dt.datetime(2021, 12, 31, 14, 30, tzinfo=dt.UTC)
"""A moment of which day and month cannot be taken for each other."""


def written_like(column: Column, given: ColumnMap) -> str:
    """How a date, time, number or flag may be written, by example; empty where nothing was agreed."""
    likes: list[str] = []
    if column.type in ("date", "timestamp"):
        likes = [
            "the day's number in a workbook" if text in SERIAL_EPOCHS else f"like {_EXAMPLE.strftime(text)}"
            for text in given.formats
        ]
    elif column.type in ("integer", "number"):
        tail = "" if column.type == "integer" else f"{given.decimal}5"
        likes = [f"like {digits}{tail}" for digits in ("1234", f"1{given.thousands or ''}234")]
    elif column.type == "boolean":
        likes = [word for word in given.map or () if word] or ["yes", "no"]
    return " or ".join(dict.fromkeys(likes))


def literal(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def uncontradicted(text: str, cell: str, given: ColumnMap, pair: tuple[str, str]) -> str:
    """SQL of canonical ``text`` of a flag; a yes is marked where the two cells of ``pair`` say different things.

    They agree as texts but for blanks, as numbers to eleven digits, or when the first is blank. Where the second is, a
    yes confirms nothing.
    """
    now, before = (f"nullif(trim({without_inexact_mark(told)}, {literal(BLANKS)}), '')" for told in pair)
    one, other = (f"regexp_replace({told}, '\\s+', ' ', 'g')" for told in (now, before))
    first, second = (f"try_cast({told} AS DOUBLE)" for told in (now, before))
    near = f"coalesce(abs({first} - {second}) <= 1e-11 * greatest(abs({first}), abs({second})), false)"
    names = given.same or ("", "")
    told = f"{literal(CONTRADICTION_MARK + chr(39))} || {cell}"
    differ = " || ".join(
        (
            told,
            literal(f"' says that nothing has changed, but '{names[0]}' is '"),
            f"left({now}, 100)",
            literal(f"' and '{names[1]}' is '"),
            f"left({before}, 100)",
            literal("'"),
        )
    )
    nothing = told + " || " + literal(f"' says that nothing has changed, but '{names[1]}' {NOTHING_BEFORE}")
    return (
        f"CASE WHEN {text} = 'true' AND {before} IS NULL THEN {nothing} "
        f"WHEN {text} = 'true' AND {one} <> {other} AND NOT {near} THEN {differ} ELSE {text} END"
    )


def without_inexact_mark(cell: str) -> str:
    """SQL of a cell for a column of numbers, in which one that is not exact to its last digit counts as it is."""
    return f"ltrim({cell}, {literal(INEXACT_MARK)})"


def literals(texts: Iterable[str]) -> str:
    """SQL string literals, separated by commas."""
    return ", ".join(literal(t) for t in texts)


def not_among(text: str, known: Sequence[str]) -> str:
    """SQL of whether there is a text that is none of the known ones.

    Many are looked up at once: comparing with one after the other would take as long as there are many.
    """
    if len(known) > _MANY:
        return f"{text} IS NOT NULL AND TRY_CAST({text} AS ENUM({literals(known)})) IS NULL"
    return f"{text} NOT IN ({literals(known)})" if known else f"{text} IS NOT NULL"


def entered(cell: str, given: ColumnMap, *, bare: bool = False) -> str:
    """The cell without outer blanks; null when nothing was entered. ``bare`` tells that there are no such blanks."""
    text = _stated(cell, bare=bare)
    words = [b for b in (*given.blank, *given.not_applicable) if b.strip(BLANKS)]
    return f"CASE WHEN {text} NOT IN ({literals(words)}) THEN {text} END" if words else text


def inapplicable(cell: str, given: ColumnMap, *, bare: bool = False) -> str:
    """SQL of whether the cell says that it does not apply."""
    return f"coalesce({_stated(cell, bare=bare)} IN ({literals(given.not_applicable)}), false)"


def _stated(cell: str, *, bare: bool) -> str:
    # Trimming is ten times as dear as looking whether there is anything to trim.
    blanks = f"regexp_matches({cell}, {literal(_LOOKED_AT)})"
    trimmed = f"CASE WHEN {blanks} THEN nfc_normalize(trim({cell}, {literal(BLANKS)})) ELSE {cell} END"
    return f"nullif({cell if bare else trimmed}, '')"


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of the cells of a file beside their column's mapping.

    ``zone`` is the zone of times without offset, unless the mapping names one. ``extra_formats`` are tried last.
    ``epoch`` is the format of the day numbers of a workbook: no other one can be meant. ``marks``: the reader may have
    marked numbers as inexact.
    """

    zone: str
    extra_formats: Sequence[str] = ()
    epoch: str | None = None
    marks: bool = False


def canonical(cell: str, column: Column, given: ColumnMap, reading: Reading) -> str:
    """Canonical text of ``cell``, a SQL expression that is null where nothing was entered."""
    if given.map is not None and column.type in ("integer", "number"):
        return _named_number(cell, given, whole=column.type == "integer")
    if given.map is not None:
        return _mapped_flag(cell, given) if column.type == "boolean" else _mapped(cell, column, given)
    if column.type in ("date", "timestamp"):
        formats = [*given.formats, *(f for f in reading.extra_formats if f not in given.formats)]
        zone = given.timezone or reading.zone
        return moment(cell, formats, zone, given, reading.epoch, whole_day=column.type == "date")
    if column.type in ("integer", "number"):
        return _number(cell, given, whole=column.type == "integer")
    if column.type == "boolean":
        return _boolean(cell)
    if column.codes and given.ignore_case:
        codes = " ".join(f"WHEN {literal(c.lower())} THEN {literal(c)}" for c in column.codes)
        return f"CASE lower({cell}) {codes} ELSE {cell} END"
    return cell


def by_value(cell: str, column: Column, given: ColumnMap, reading: Reading) -> str:
    """Canonical text of a ``cell`` that is a number of the file: words of the mapping hold for it, its marks do not."""
    return canonical(cell, column, given.model_copy(update={"decimal": ".", "thousands": None}), reading)


def plain(text: str) -> str:
    """A text as it counts where texts are compared: without outer blanks, its letters put together."""
    return put_together(text.strip(BLANKS))


def put_together(text: str) -> str:
    """A text whose letters and their marks are one character each, where there is one: macOS writes two."""
    return unicodedata.normalize("NFC", text)


def _fold(given: ColumnMap) -> Callable[[str], str]:
    return (lambda text: plain(text).lower()) if given.ignore_case else plain


def alike(text: str, *, ignore_case: bool) -> list[str]:
    """SQL of what a declared text is compared with: a cell as it is, or with ``ignore_case`` the cell in small letters.

    Python and DuckDB make other small letters of a few: of the Turkish İ, and of the Greek Σ at the end of a word. A
    text must be like itself, so both are asked for.
    """
    text = plain(text)
    if not ignore_case:
        return [literal(text)]
    small = [literal(text.lower())]
    return small if text.isascii() else [*small, f"lower({literal(text)})"]


def whens(pairs: Iterable[tuple[str, str]], *, ignore_case: bool) -> str:
    """The branches of a CASE from declared texts to SQL; of two texts that are alike the last one counts."""
    cases = {sql: then for text, then in pairs for sql in alike(text, ignore_case=ignore_case)}
    return " ".join(f"WHEN {sql} THEN {then}" for sql, then in cases.items())


_FLAGS = {"true": ("true", "yes", "1"), "false": ("false", "no", "0")}


def _mapped_flag(cell: str, given: ColumnMap) -> str:
    """Yes or no by the words of the map, and by what these words stand for."""
    fold, pairs = _fold(given), given.map or {}
    told = {fold(k) for k in pairs}
    targets = ((v, v) for v in pairs.values() if v is not None and fold(v) not in told)
    every: list[tuple[str, str | None]] = [*targets, *pairs.items()]
    of = {word: flag for flag, words in _FLAGS.items() for word in words}
    cases = [(k, "NULL" if v is None else literal(of[v.lower()])) for k, v in every if v is None or v.lower() in of]
    branches = whens(cases, ignore_case=given.ignore_case)
    subject = f"lower({cell})" if given.ignore_case else cell
    return f"CASE {subject} {branches} ELSE {_MARKED.format(cell=cell)} END"


def _mapped(cell: str, column: Column, given: ColumnMap) -> str:
    """A map is a closed list: its keys, the canonical codes themselves, nothing else.

    Ids of the profile pass, since they are checked against the profile later.
    """
    pairs = {} if given.map is None else given.map
    targets = list(dict.fromkeys([*column.codes, *(v for v in pairs.values() if v is not None)]))
    cases = [(t, literal(t)) for t in targets]
    cases += [(k, "NULL" if v is None else literal(v)) for k, v in pairs.items()]
    branches = whens(cases, ignore_case=given.ignore_case)
    subject = f"lower({cell})" if given.ignore_case else cell
    other = cell if column.refers else _MARKED.format(cell=cell)
    return f"CASE {subject} {branches} ELSE {other} END"


def _named_number(cell: str, given: ColumnMap, *, whole: bool) -> str:
    """A number, or a word that stands for one: ``None`` for 0. Other words are not understood."""
    pairs = (given.map or {}).items()
    branches = whens(((k, "NULL" if v is None else literal(v)) for k, v in pairs), ignore_case=given.ignore_case)
    subject = f"lower({cell})" if given.ignore_case else cell
    return f"CASE {subject} {branches} ELSE {_number(cell, given, whole=whole)} END"


def _number(cell: str, given: ColumnMap, *, whole: bool) -> str:
    """A number with the declared marks. Thousands marks must stand where they belong, or the cell is not understood.

    With points for thousands 0.125 is not understood either: such a number does not begin with 0. A mark that stands
    for thousands is none of decimals: where no other is declared for those, there are none.
    """
    mark, digits = re.escape(given.decimal), r"\d+"
    if given.thousands:
        digits = rf"(\d+|[1-9]\d{{0,2}}({re.escape(given.thousands)}\d{{3}})+)"
    tail = rf"({mark}0*)?" if whole else rf"({mark}\d*)?([eE][+-]?\d+)?"
    pattern = rf"[+-]?{digits}{tail}" if whole else rf"[+-]?({digits}{tail}|{mark}\d+)"
    if given.thousands == given.decimal:
        pattern = rf"[+-]?{digits}"
    plain, cases = cell, "CASE"
    if given.thousands:
        plain = f"replace({plain}, {literal(given.thousands)}, '')"
    if given.decimal != ".":
        plain = f"replace({plain}, {literal(given.decimal)}, '.')"
    if whole:
        # Most whole numbers are written as such, and to see that is cheaper than a pattern.
        cases = f"CASE WHEN CAST(try_cast({cell} AS BIGINT) AS VARCHAR) = {cell} THEN {cell}"
        plain = f"CASE WHEN regexp_full_match({plain}, '[+-]?\\d+') THEN {plain} ELSE split_part({plain}, '.', 1) END"
    marked = _MARKED.format(cell=cell)
    return f"{cases} WHEN regexp_full_match({cell}, {literal(pattern)}) THEN {plain} ELSE {marked} END"


def _boolean(cell: str) -> str:
    cases = " ".join(f"WHEN lower({cell}) IN ({literals(words)}) THEN {literal(f)}" for f, words in _FLAGS.items())
    return f"CASE {cases} ELSE {_MARKED.format(cell=cell)} END"
