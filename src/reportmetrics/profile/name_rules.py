"""What must hold of the identifier of a report: it alone tells reports apart, also those of other files.

Belongs here: mistakes that can be seen without a file to read. Not here: other parts of a mapping (``source_rules``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from reportmetrics.profile.reading import Problem
from reportmetrics.profile.sources import TableMap
from reportmetrics.warehouse.shape import Table

_TELLS_APART = ("unit_id", "template_id", "period_start")
"""Columns of a report in which two reports of one sender, or of several, differ."""
_TOKEN = re.compile(
    r"""
    \\.                          # an escaped character
    | \[\^?\]?(?:\\.|[^\]\\])*\] # a set of characters
    | \(\?\#[^)]*\)              # a comment
    | \(\?P=\w+\)                # the text of an earlier group again
    | \(\?P<(?P<name>\w+)>       # a named group begins
    | (?P<begin>\()
    | (?P<end>\))
    """,
    re.VERBOSE | re.DOTALL,
)


def report_id_problems(file: str, key: str, entry: TableMap, facts: str | None) -> Iterator[Problem]:
    """A report's identifier that lacks a fact by which its files differ: their reports would replace each other.

    ``facts`` is the pattern of the names, which can be read. An identifier that rows hold is not judged.
    """
    given = entry.columns.get("report_id")
    if entry.table != "report" or given is None or given.columns or facts is None:
        return
    within = groups_within(facts)
    held = set() if given.fact is None else {given.fact, *within.get(given.fact, set())}
    used = {name: entry.columns[name].fact for name in _TELLS_APART if name in entry.columns}
    lacking = {name: fact for name, fact in used.items() if fact in within and fact not in held}
    if lacking:
        told = ", ".join(f"'{fact}' ({name})" for name, fact in lacking.items())
        said = f"the files differ in {told}, and their reports would have one identifier and replace each other"
        whole = "_".join(f"(?P<{fact}>...)" for fact in dict.fromkeys(f for f in used.values() if f is not None))
        remedy = f"put one group around all of it in 'facts', such as (?P<report>{whole}), and say {{fact: report}}"
        yield Problem(file, f"{key}.columns.report_id", said, remedy)


def report_key_problems(file: str, key: str, entry: TableMap, table: Table) -> Iterator[Problem]:
    """A key by which there are several reports of one identifier, while all else names a report by that alone."""
    if entry.table != "report" or entry.key is None:
        return
    said = "answers, activities and withdrawals find their report by 'report_id'"
    beyond = [name for name in entry.key if name not in table.key and name in table.by_name]
    if beyond:
        names = " and ".join(f"'{name}'" for name in beyond)
        remedy = "leave it out of 'key', and where two units use the same identifier make one of both wherever it is "
        remedy += "named: report_id: {join: [<column of the unit>, <column of the report>]}"
        yield Problem(file, f"{key}.key", f"{said} alone, so {names} cannot tell reports apart", remedy)
    elif "report_id" not in entry.key:
        yield Problem(file, f"{key}.key", f"{said}, which the key lacks", "add 'report_id'")


def groups_within(pattern: str) -> Mapping[str, set[str]]:
    """Named groups of a regular expression, and for each the named groups inside of it."""
    inside: dict[str, set[str]] = {}
    still_open: list[str | None] = []
    for token in _TOKEN.finditer(pattern):
        name = token["name"]
        if name is not None:
            inside[name] = set()
            for outer in still_open:
                if outer is not None:
                    inside[outer].add(name)
        if name is not None or token["begin"]:
            still_open.append(name)
        elif token["end"] and still_open:
            still_open.pop()
    return inside
