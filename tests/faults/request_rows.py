"""Rows of CSV files that are bad, and some that only look so."""

from __future__ import annotations

from tests.faults.case import HEADER, Case, bad_row, sound

TIME = ("bad_time", "raised")
AMOUNT = ("bad_number", "amount")
BERLIN = {"from": "raised", "format": ["%Y-%m-%d %H:%M", "excel-1900"], "timezone": "Europe/Berlin"}
GERMAN = {"from": "amount", "decimal": ",", "thousands": "."}
SPACED = {"from": "amount", "thousands": " "}
HARD_SPACED = {"from": "amount", "thousands": "\u00a0"}

DATES = [
    bad_row(
        "31 June", "@A,2021-06-31,,,", TIME, said="'2021-06-31' is not a time in the agreed format: like 2021-12-31"
    ),
    bad_row("29 February of a common year", "@A,2021-02-29,,,", TIME),
    bad_row("year 217", "@A,217-06-01,,,", TIME),
    bad_row("year 20222", "@A,20222-06-01,,,", TIME),
    bad_row("year 0", "@A,0000-00-00,,,", TIME),
    bad_row("a date of another kind", "@A,01/06/2021,,,", TIME),
    bad_row("a date with a time that is not agreed", "@A,2021-06-01 10:00,,,", TIME),
    bad_row("a day number without its declaration", "@A,44228,,,", TIME),
    bad_row("digits of full width", "@A,\uff12\uff10\uff12\uff11-02-01,,,", TIME),
    bad_row("Arabic digits", "@A,\u0662\u0660\u0662\u0661-\u0660\u0662-\u0660\u0661,,,", TIME),
    bad_row("a word", "@A,yesterday,,,", TIME),
    bad_row("no date", "@A,,,,", ("missing", "raised")),
    Case(
        "dates of four kinds in a column",
        HEADER + "@1,2021-02-01,,,\n@2,01/02/2021,,,\n@3,1 February 2021,,,\n@4,44228,,,\n",
        tuple(("bad_time", row, "raised") for row in (3, 4, 5)),
        (4, 1, 3, 0, 0, 0),
    ),
    Case(
        "an hour that the change of clocks skips",
        HEADER + "@1,2021-03-28 01:30,,,\n@2,2021-03-28 02:30,,,\n",
        (("bad_time", 3, "raised"),),
        (2, 1, 1, 0, 0, 0),
        columns={"raised_at": BERLIN},
        said="' is a time that a change of clocks skipped",
    ),
    bad_row("a year before all others", "@A,1850-02-01,,,", TIME, said="is of a year before 1900 or after 2199"),
    bad_row("decided before it was raised", "@A,2021-02-02,2021-02-01,OK,", ("decided_before_raised", "decided")),
    Case(
        "withdrawn before it was raised",
        "id,raised,decided,outcome,withdrawn\n@1,2021-02-02,,,2021-02-01\n",
        (("withdrawn_before_raised", 2, "withdrawn"),),
        (1, 0, 1, 0, 0, 0),
    ),
]

NUMBERS = [
    bad_row("a negative amount", "@A,2021-02-01,,,-5", ("out_of_range", "amount")),
    bad_row("thousands with a space", "@A,2021-02-01,,,1 200", AMOUNT),
    bad_row(
        "thousands with a hard space",
        "@A,2021-02-01,,,1\u00a0200",
        AMOUNT,
        said="not a number as agreed: like 1234.5 (it holds a space that does not break",
    ),
    bad_row("a decimal comma", '@A,2021-02-01,,,"1,5"', AMOUNT, said="not a number as agreed: like 1234.5"),
    bad_row("a decimal comma and thousands points", '@A,2021-02-01,,,"1.234,5"', AMOUNT),
    bad_row("thousands that stand wrong", '@A,2021-02-01,,,"1.23.456"', AMOUNT, amount=GERMAN),
    bad_row(
        "a point where a comma was agreed",
        "@A,2021-02-01,,,1.5",
        AMOUNT,
        said="'1.5' is not a number as agreed: like 1234,5 or like 1.234,5",
        amount=GERMAN,
    ),
    bad_row("not a number", "@A,2021-02-01,,,NaN", AMOUNT),
    bad_row("endless", "@A,2021-02-01,,,inf", AMOUNT),
    bad_row("more than a number can be", "@A,2021-02-01,,,1e999", AMOUNT),
    bad_row("hexadecimal", "@A,2021-02-01,,,0x10", AMOUNT),
    bad_row("not applicable", "@A,2021-02-01,,,n/a", AMOUNT),
    bad_row("a formula", "@A,2021-02-01,,,=1+1", AMOUNT),
    bad_row("an amount with its money", "@A,2021-02-01,,,EUR 5", AMOUNT),
    sound("German numbers, as agreed", HEADER + '@1,2021-02-01,,,"1.234.567,5"\n', 1, columns={"amount": GERMAN}),
    sound("spaced thousands, as agreed", HEADER + "@1,2021-02-01,,,1 234\n", 1, columns={"amount": SPACED}),
    sound("hard spaces, as agreed", HEADER + "@1,2021-02-01,,,1\u00a0234\n", 1, columns={"amount": HARD_SPACED}),
    sound("hard spaces around a cell", HEADER + "\u00a0@1\u202f,\u00a02021-02-01\u200b,,,\ufeff5\u00a0\n", 1),
]

OTHERS = [
    bad_row("no identifier", ",2021-02-01,,,", ("missing", "id")),
    bad_row("an identifier of hard spaces", "\u00a0\u00a0,2021-02-03,,,", ("missing", "id")),
    bad_row("an unknown code", "@A,2021-02-01,2021-02-02,MAYBE,", ("unknown_code", "outcome")),
    bad_row("too many cells", "@A,2021-02-01,,,5,x", ("ragged_row", None)),
    bad_row("too few cells", "@A,2021-02-01", ("ragged_row", None)),
    bad_row("two faults", "@A,yesterday,2021-02-30,OK,", ("bad_time", "decided"), ("bad_time", "raised")),
    Case(
        "an objective that is not the mission's",
        "id,raised,decided,outcome,objective\n@1,2021-02-01,,,LO-9\n@2,2021-02-01,,,LO-2\n",
        (("unknown_id", 2, "objective"),),
        (2, 1, 1, 0, 0, 0),
    ),
    Case(
        "the same row three times, one of them mended",
        HEADER + "@1,2021-02-01,,,\n@1,2021-02-01,,,\n@1,2021-02-02,,,\n",
        (),
        (3, 1, 0, 1, 1, 0),
    ),
    Case(
        "a bad row sent twice",
        HEADER + "@1,2021-06-31,,,\n@1,2021-06-31,,,\n",
        (("bad_time", 2, "raised"),),
        (2, 0, 1, 1, 0, 0),
    ),
    Case(
        "a total below the table",
        HEADER + "@1,2021-02-01,,,5\n@2,2021-02-01,,,6\n\nTotal,,,,11\nchecked by,nobody,,,\n",
        (),
        (4, 2, 0, 0, 0, 2),
        options={"ends_before": "(?i)total.*"},
    ),
    sound("right to left, with marks", HEADER + "\u202b@\u0637\u0644\u0628\u202c,2021-02-01,,,\n", 1),
    sound("SQL", HEADER + '"@\'); DROP TABLE ledger; --",2021-02-01,,,\n', 1),
    sound("a path", HEADER + "@../../../etc/passwd,2021-02-01,,,\n", 1),
    sound("a formula that would call out", HEADER + '"=HYPERLINK(""http://x/@"")",2021-02-01,,,\n', 1),
    sound("a cell of lines", HEADER + '"@1\nsecond, third\r\n",2021-02-01,,,\n', 1),
    sound("a cell of a hundred thousand letters", HEADER + f"@{'x' * 100_000},2021-02-01,,,\n", 1),
]

CASES: list[Case] = [*DATES, *NUMBERS, *OTHERS]
