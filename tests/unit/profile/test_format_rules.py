"""Formats of dates and times that would be read as something else than what was written."""

import datetime as dt
import itertools
import re

import duckdb
import pytest

from reportmetrics.profile.format_rules import format_problems, zone_problems
from reportmetrics.profile.source_rules import source_problems
from reportmetrics.profile.sources import Source


def test_the_time_of_an_event_needs_a_format_that_tells_it():
    source = Source.model_validate(
        {
            "source": "log",
            "title": "t",
            "sender": "x",
            "files": "*.csv",
            "reader": "csv",
            "table": "request",
            "events": {
                "event": "what",
                "time": {"from": "at", "format": ["%Y-%m-%d %H:%M:%S %Z", "%H:%M"]},
                "means": {"opened": "raised_at"},
            },
            "columns": {"request_id": "id", "hq": {"value": "HQ"}},
        }
    )
    found = [p.message for p in source_problems([("log.yaml", source)], {}) if p.key == "request.events.time.format"]
    assert [said.partition("' ")[2].partition(" (")[0] for said in found] == ["has the name of a zone", "gives no year"]


@pytest.mark.parametrize(
    ("pattern", "zone", "remedy"),
    [
        ("%Y-%m-%dT%H:%M:%SZ", None, "write 'timezone: UTC' for the column"),
        ("%Y-%m-%d %H:%M:%S.%f UTC", "Asia/Baghdad", "write 'timezone: UTC' for the column"),
        ("%Y-%m-%d %H:%M+00:00", None, "write 'timezone: UTC' for the column, or write %z in its place"),
        ("%Y-%m-%d %T+0100", "UTC", "write %z in its place"),
        ("%Y-%m-%dT%H:%M:%S.000Z", None, "write 'timezone: UTC' for the column"),
        ("%d%H%MZ %b %Y", None, "write 'timezone: UTC' for the column"),
        ("UTC %Y-%m-%d %H:%M", None, "write 'timezone: UTC' for the column"),
        ("%d/%m/%Y %H:%M (UTC)", None, "write 'timezone: UTC' for the column"),
    ],
)
def test_a_zone_that_a_format_writes_out_is_refused_where_its_times_would_be_those_of_another(
    pattern: str, zone: str | None, remedy: str
):
    [problem] = zone_problems("f", "k", pattern, zone)
    assert problem.remedy == remedy
    assert problem.message.endswith(f"would be taken as those of {zone or chr(39).join(('the mission', 's zone'))}")


@pytest.mark.parametrize(
    ("pattern", "zone"),
    [
        ("%Y-%m-%dT%H:%M:%SZ", "UTC"),
        ("%Y-%m-%dT%H:%M:%S+00", "Etc/UTC"),
        ("%Y-%m-%dT%H:%M:%S%z", None),
        ("%Y-%m-%d %H:%M CET", "Europe/Rome"),
        ("%Y-%m-%d", None),
        ("Zone %d-%m-%Y %H-%M", None),
        ("at %H:%M of %Y-%m-%d", None),
    ],
)
def test_other_formats_leave_the_zone_to_the_column(pattern: str, zone: str | None):
    assert list(zone_problems("f", "k", pattern, zone)) == []


DATES = """%Y-%m-%d|%d.%m.%y|%d %b %Y|%A %d %B %Y|%Y %j|%Y %U %w|%Y %W %w|%y %W %w|%G-W%V-%u|%Y %W %a|%Y %W %A
%Y %U %u|%Y %W %u|%G %V %w|%G %V %a|%G %V|%Y %V %u|%G %m %d|%m-%d|%Y-%m|%Y %W|%a %d %b|%j|%c|%x"""
TIMES = """| %H:%M| %H:%M:%S| %H:%M:%S.%f| %I:%M:%S %p| %H:%M %p| %I %p| %X| %H:%M%z| %H:%M:%S %z| %I:%M| %M| %p| %S| %f
 %Z| %H:%M %Z| %g| %n| %T| %-H"""


def test_what_a_format_reads_is_what_was_written():
    """Of all codes of strptime: a format is refused, or day and hour come back, or the cell is not understood."""
    every = map("".join, itertools.product(*(re.split(r"[|\n]", codes) for codes in (DATES, TIMES))))
    kept = [f for f in every if not list(format_problems("f", "k", f))]
    assert {"%Y-%m-%d %H:%M:%S.%f", "%G-W%V-%u %I:%M:%S %p", "%Y %W %w %H:%M%z"} <= set(kept)
    assert not any(code in f for f in kept for code in ("%Z", "%c", "%x", "%a %H:%M", "%g", "%n"))
    start = dt.datetime(2020, 12, 20, 0, 5, 9, tzinfo=dt.UTC)
    with duckdb.connect() as connection:
        for pattern, moment in itertools.product(kept, [start + dt.timedelta(hours=7 * n) for n in range(60)]):
            cell = moment.strftime(pattern)
            [(read,)] = connection.execute(f"SELECT try_strptime(?, '{pattern}')", [cell]).fetchall()
            if read is not None:
                back = read.replace(tzinfo=dt.UTC)
                assert (back.date(), back.strftime(pattern)) == (moment.date(), cell)
                assert not re.search("%[HIX]", pattern) or back.hour == moment.hour, pattern
