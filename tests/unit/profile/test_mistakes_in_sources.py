"""Every kind of mistake in the mapping of a source: file, key, what to do."""

import pytest

from reportmetrics.profile.advice import source_advice
from reportmetrics.profile.load import load_profile
from reportmetrics.profile.source_rules import source_problems
from reportmetrics.profile.sources import Source
from tests.unit.ingest.test_xml_readers import RESULTS
from tests.unit.profile.spoiled import problems, replace

CASES = {
    "source twice": (
        "tours.yaml",
        ("source: tours", "source: small_grants"),
        "source: source 'small_grants' is described in sources/small_grants.yaml too; "
        "give each source a name of its own",
    ),
    "unknown table": (
        "tours.yaml",
        ("table: tour\n", "table: tuor\n"),
        "tuor: unknown table 'tuor'; did you mean 'tour'?",
    ),
    "unknown column": (
        "tours.yaml",
        ("  qualified:", "  qualifed:"),
        "tour.columns.qualifed: unknown column of table 'tour' 'qualifed'; did you mean 'qualified'?",
    ),
    "required column left out": (
        "tours.yaml",
        ("  post_id: post\n", ""),
        "tour.columns: required column 'post_id' of table 'tour' is not mapped; add 'post_id': the post",
    ),
    "no origin": (
        "tours.yaml",
        ("unit_id: unit", "unit_id: {optional: true}"),
        "tour.columns.unit_id: give exactly one of 'from', 'join', 'value' and 'fact' (given: none); correct this",
    ),
    "two origins": (
        "tours.yaml",
        ("unit_id: unit", "unit_id: {from: unit, value: U-01}"),
        "tour.columns.unit_id: give exactly one of 'from', 'join', 'value' and 'fact' (given: from, value); correct",
    ),
    "facts are no regular expression": (
        "movement_requests.yaml",
        ("movement_(?P<file_date>", "movement_((?P<file_date>"),
        "facts: not a regular expression (missing ), unterminated subpattern at position 9); correct the pattern; "
        "quote it with single quotes in YAML",
    ),
    "fact that the name does not give": (
        "monthly_assessment.yaml",
        ("{fact: unit_id}", "{fact: unitid}"),
        "tables[report].columns.unit_id.fact: unknown fact of the file's name 'unitid'; did you mean 'unit_id'?",
    ),
    "sender of a fact that the name does not give": (
        "monthly_assessment.yaml",
        ("{unit_id}", "{unti_id}"),
        "sender: unknown fact of the file's name 'unti_id'; did you mean 'unit_id'?",
    ),
    "required column that a file may lack": (
        "tours.yaml",
        ("post_id: post", "post_id: {from: post, optional: true}"),
        "tour.columns.post_id.optional: every row of a file without the column would be refused: 'post_id' is "
        "required; remove 'optional', so that such a file is refused with the name of the column that it lacks",
    ),
    "number that is joined": (
        "monthly_assessment.yaml",
        ("prep_minutes: Minutes", "prep_minutes: {join: [Hours, Minutes]}"),
        "tables[report].columns.prep_minutes.join: texts that follow each other, a blank between, are no number; take "
        "it 'from' one column; or give a 'map' of the joined words, such as {high high: \"9\"}",
    ),
    "reports told apart by more than their identifier": (
        "monthly_assessment.yaml",
        ("  - table: report\n", "  - table: report\n    key: [report_id, unit_id, revision]\n"),
        "tables[report].key: answers, activities and withdrawals find their report by 'report_id' alone, so 'unit_id' "
        "cannot tell reports apart; leave it out of 'key', and where two units use the same identifier make one of "
        "both wherever it is named: report_id: {join: [<column of the unit>, <column of the report>]}",
    ),
    "reports told apart without their identifier": (
        "monthly_assessment.yaml",
        ("  - table: report\n", "  - table: report\n    key: [revision]\n"),
        "tables[report].key: answers, activities and withdrawals find their report by 'report_id', which the key "
        "lacks; add 'report_id'",
    ),
    "blank in a map": (
        "movement_requests.yaml",
        ("granted: approved", "' ': open, granted: approved"),
        "request.columns.outcome.map: a blank cell is never looked up in the map; remove it: a blank means that "
        "nothing was entered; have 'open' entered where it is meant",
    ),
    "word of a map that counts as a blank": (
        "movement_requests.yaml",
        ("map: {granted", "blank: ['-'], map: {'-': open, granted"),
        "request.columns.outcome.map: '-' stands under 'blank' too, so it never becomes 'open'; keep it in one of",
    ),
    "file date that the name does not give": (
        "tours.yaml",
        ("(?P<file_date>", "(?P<day>"),
        "known_from: the file's name gives no fact 'file_date'; add a group (?P<file_date>...) to 'facts'",
    ),
    "date without format": (
        "tours.yaml",
        ('{from: arrived, format: "%Y-%m-%d"}', "arrived"),
        "tour.columns.started_on: a date without a format; add 'format', such as \"%Y-%m-%d\": nothing is guessed",
    ),
    "format that is none": (
        "tours.yaml",
        ('{from: arrived, format: "%Y-%m-%d"}', '{from: arrived, format: "%Y-%Q"}'),
        "tour.columns.started_on.format: '%Y-%Q' is not a date format ('Q' is a bad directive in format '%Y-%Q'); "
        "use strptime codes, such as %d/%m/%Y",
    ),
    "format without a day": (
        "tours.yaml",
        ('{from: arrived, format: "%Y-%m-%d"}', '{from: arrived, format: "%Y-%m"}'),
        "tour.columns.started_on.format: '%Y-%m' gives no whole date; it needs year, month and day, such as %Y-%m-%d",
    ),
    "format with the name of a zone": (
        "movement_requests.yaml",
        ('{from: asked, format: "%Y-%m-%d %H:%M"}', '{from: asked, format: "%Y-%m-%d %H:%M %Z"}'),
        "request.columns.raised_at.format: '%Y-%m-%d %H:%M %Z' has the name of a zone (%Z), of which it is not certain "
        "what time it means; use %z for an offset, such as +01:00; or write the name out as it stands in all cells, "
        "with 'timezone'",
    ),
    "date in a file's name with the name of a zone": (
        "movement_requests.yaml",
        ('{file_date: "%Y%m%d"}', '{file_date: "%Y%m%d%Z"}'),
        "known_from.file_date: '%Y%m%d%Z' has the name of a zone (%Z)",
    ),
    "format that each program writes in its own way": (
        "movement_requests.yaml",
        ('{from: asked, format: "%Y-%m-%d %H:%M"}', '{from: asked, format: "%x %H:%M"}'),
        "request.columns.raised_at.format: '%x %H:%M' has a code that each program writes in its own way (%c, %x); "
        "write the date out, such as %d/%m/%Y",
    ),
    "format of a time alone": (
        "movement_requests.yaml",
        ('{from: asked, format: "%Y-%m-%d %H:%M"}', '{from: asked, format: "%H:%M:%S.%f"}'),
        "request.columns.raised_at.format: '%H:%M:%S.%f' gives no year; it needs the year, such as %B %Y",
    ),
    "format without morning or afternoon": (
        "movement_requests.yaml",
        ('{from: asked, format: "%Y-%m-%d %H:%M"}', '{from: asked, format: "%Y-%m-%d %I:%M"}'),
        "request.columns.raised_at.format: '%Y-%m-%d %I:%M' does not tell morning from afternoon; it needs the hour of "
        "the day: %H, or %I together with %p",
    ),
    "format of weeks with names of days": (
        "tours.yaml",
        ('{from: arrived, format: "%Y-%m-%d"}', '{from: arrived, format: "%Y week %W %A"}'),
        "tour.columns.started_on.format: '%Y week %W %A' has the day of the week in a form that is passed over beside "
        "the number of a week; have the day sent as %w (0 for Sunday), or as a date",
    ),
    "format of a text": (
        "tours.yaml",
        ("post_id: post", 'post_id: {from: post, format: "%Y-%m-%d"}'),
        "tour.columns.post_id.format: a text column has no date format; remove 'format'",
    ),
    "time zone of a day": (
        "tours.yaml",
        ("{from: arrived,", "{from: arrived, timezone: UTC,"),
        "tour.columns.started_on.timezone: a date of a csv file has no time zone; remove 'timezone'",
    ),
    "two columns that must be the same of a text": (
        "tours.yaml",
        ("post_id: post", "post_id: {from: post, same: [post, advisor]}"),
        "tour.columns.post_id.same: a text column does not say that something is unchanged; remove 'same': it is for "
        "flags, such as 'confirmed_unchanged'",
    ),
    "code that the table does not know": (
        "movement_requests.yaml",
        ("granted: approved", "granted: aproved"),
        "request.columns.outcome: unknown value of 'outcome' 'aproved'; did you mean 'approved'?",
    ),
    "constant that the profile does not know": (
        "monthly_assessment.yaml",
        ("{value: MAS}", "{value: MASS}"),
        "tables[report].columns.template_id: unknown value of 'template_id' 'MASS'; did you mean 'MAS'?",
    ),
    "encoding that is none": (
        "jfc_naples_register.yaml",
        ("cp1252", "cp12522"),
        "options.encoding: unknown encoding 'cp12522'; use a name that Python knows, such as utf-8 or cp1252",
    ),
    "table twice": (
        "monthly_assessment.yaml",
        ("table: report_field", "table: report"),
        "tables[report]: table 'report' is filled twice; merge the two entries",
    ),
    "workbook without sheet": (
        "monthly_assessment.yaml",
        ("    sheet: Readings\n", ""),
        "tables[observation]: the sheet of the workbook is not named; add 'sheet'",
    ),
    "sheet of a text file": (
        "tours.yaml",
        ("reader: csv\n", "reader: csv\noptions: {sheet: Tours}\n"),
        "tour: a csv file has no sheets; remove 'sheet'",
    ),
    "key that is not mapped": (
        "tours.yaml",
        ("table: tour\n", "table: tour\nkey: [reporter_id, colour]\n"),
        "tour.key: unknown column of table 'tour' 'colour'; known: ",
    ),
    "unpivot that nobody reads": (
        "weekly_reports.yaml",
        ("name_to: field", "name_to: question"),
        "tables[report_field].unpivot: no column is taken from 'question'; use it: {from: question}",
    ),
    "known from a column that is no date": (
        "tours.yaml",
        ('known_from: {file_date: "%Y%m%d"}', "known_from: {column: post_id}"),
        "known_from.column: 'post_id' is not a date or time of table 'tour'; use one of: started_on, ended_on, "
        "or a file date",
    ),
    "table and tables": (
        "tours.yaml",
        ("table: tour\n", "table: tour\ntables: []\n"),
        "give either 'table' with 'columns', or 'tables', not both; correct this entry",
    ),
    "one mark for thousands and decimals": (
        "small_grants.yaml",
        ('thousands: "."', 'thousands: ","'),
        "request.columns.amount: ',' cannot stand for thousands and for decimals; correct this entry",
    ),
    "digit for thousands": (
        "small_grants.yaml",
        ('thousands: "."', 'thousands: "0"'),
        "request.columns.amount: '0' is no mark of thousands; give one character, such as '.', ',', ' ' "
        "or an apostrophe",
    ),
    "offset within a date": (
        "tours.yaml",
        ('"%Y-%m-%d"', '"%z %Y-%m-%d"'),
        "tour.columns.started_on.format: '%z %Y-%m-%d' has an offset within the date; put %z last",
    ),
    "period that is none": (
        "tours.yaml",
        ("every: 91 days", "every: quarterly"),
        "every: String should match pattern '^\\d+ days?$' (given: 'quarterly'); correct this value",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_mistakes_in_a_source(folder, case):
    name, (old, new), expected = CASES[case]
    replace(folder, f"sources/{name}", old, new)
    found = problems(folder)
    assert any(line.startswith(f"sources/{name}: {expected}") for line in found), found
    assert all(line.startswith(f"sources/{name}: ") for line in found), found


def test_a_blank_in_a_map_may_stand_for_nothing(folder):
    replace(folder, "sources/movement_requests.yaml", "granted: approved", "'': null, granted: approved")
    load_profile(folder)


def test_a_broken_pattern_is_blamed_once(folder):
    replace(folder, "sources/movement_requests.yaml", "movement_(?P<file_date>", "movement_((?P<file_date>")
    assert len(problems(folder)) == 1


def reports_by_name(facts, report_id):
    return Source.model_validate(
        {
            "source": "calls",
            "title": "Calls of the day",
            "sender": "Unit {unit}",
            "files": "calls/*.csv",
            "reader": "csv",
            "facts": facts,
            "table": "report",
            "per": "file",
            "columns": {
                "report_id": report_id,
                "template_id": {"value": "WAR"},
                "unit_id": {"fact": "unit"},
                "period_start": {"fact": "day", "format": "%Y%m%d"},
                "period_end": {"fact": "day", "format": "%Y%m%d"},
                "submitted_at": {"fact": "day", "format": "%Y%m%d"},
                "revision": {"value": "0"},
            },
        }
    )


APART = r"(?P<unit>U-\d+)_(?P<day>\d{8})\.csv"
SPANNING = r"(?P<report>(?P<unit>U-\d+)_(?P<day>\d{8}))(_v(?P<sent>\d))?\.csv"


@pytest.mark.parametrize(
    ("facts", "report_id", "lacking"),
    [
        (APART, {"fact": "day"}, "'unit' (unit_id)"),
        (APART, {"fact": "unit"}, "'day' (period_start)"),
        (APART, {"value": "calls"}, "'unit' (unit_id), 'day' (period_start)"),
        (r"(?P<kind>[(](?P<unit>U-\d+)\))_(?P<day>\d{8})\.csv", {"fact": "kind"}, "'day' (period_start)"),
        (SPANNING, {"fact": "report"}, None),
        (r"(?P<day>\d{8})_(?P<unit>U-\d+)", {"fact": "day"}, "'unit' (unit_id)"),
    ],
)
def test_the_identifier_of_a_report_tells_apart_what_its_file_name_does(facts, report_id, lacking):
    found = [str(p) for p in source_problems([("sources/calls.yaml", reports_by_name(facts, report_id))], {})]
    wanted = (
        f"sources/calls.yaml: report.columns.report_id: the files differ in {lacking}, and their reports would have "
        "one identifier and replace each other; put one group around all of it in 'facts', such as "
        "(?P<report>(?P<unit>...)_(?P<day>...)), and say {fact: report}"
    )
    assert found == ([] if lacking is None else [wanted])


WAYS = (
    "let totals count alone, by only: [{from: breakdown, is: total}]; or tell the parts apart, by indicator_id: {join: "
    "[indicator_id, breakdown], map: {...}}"
)


@pytest.mark.parametrize(
    ("mapping", "refused", "advised"),
    [
        ({}, True, True),
        ({"drop": [{"from": "location_ref", "blank": False}]}, True, True),
        ({"drop": [{"from": "dimensions", "blank": False}]}, False, True),
        ({"key": ["indicator_id", "observed_on", "evidence"]}, False, True),
        ({"drop": [{"from": name, "blank": False} for name in ("dimensions", "location_ref")]}, False, False),
        ({"only": [{"from": "breakdown", "is": "total"}]}, False, False),
        ({"columns": {"indicator_id": {"join": ["indicator_id", "breakdown"]}}}, False, False),
    ],
)
def test_a_mapping_of_results_tells_parts_of_a_figure_from_the_figure(mapping, refused, advised):
    columns = RESULTS["columns"] | {"indicator_id": "indicator_id"} | mapping.get("columns", {})
    kept = {k: v for k, v in RESULTS.items() if k != "key"}
    source = Source.model_validate(kept | mapping | {"columns": columns})
    part = "observation: a part of a figure, such as that of women, would replace the figure; "
    found = [str(p) for p in source_problems([("sources/results.yaml", source)], {})]
    assert found == ([f"sources/results.yaml: {part}{WAYS}"] if refused else [])
    assert [p.key for p in source_advice([source])] == (["results.observation"] if advised else [])
