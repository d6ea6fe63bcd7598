"""Every kind of mistake in a profile is named with its file, its key and what to do; all of them at once."""

import shutil
from pathlib import Path

import pytest
import yaml

from reportmetrics.profile.load import ProfileError, load_profile

NMI = Path(__file__).parents[3] / "data" / "profiles" / "nmi"


@pytest.fixture
def folder(tmp_path):
    """A copy of the reference profile to spoil."""
    return Path(shutil.copytree(NMI, tmp_path / "profile"))


def replace(folder, name, old, new, count=1):
    path = folder / name
    content = path.read_text(encoding="utf-8")
    assert old in content, f"{old!r} is not in {name}"
    path.write_text(content.replace(old, new, count), encoding="utf-8")


def problems(folder):
    with pytest.raises(ProfileError) as caught:
        load_profile(folder)
    assert str(caught.value).splitlines() == [str(p) for p in caught.value.problems]
    return [str(p) for p in caught.value.problems]


def test_the_reference_profile_is_sound():
    profile = load_profile(NMI)
    assert [o.objective_id for o in profile.objectives] == [f"LO-{n:02d}" for n in range(1, 15)]
    assert profile.mission.illustrative
    assert len(profile.sources) == 14


def test_every_file_of_the_reference_profile_is_marked_and_names_its_schema():
    for path in sorted(NMI.rglob("*.yaml")):
        first, second, *_ = path.read_text(encoding="utf-8").splitlines()
        schema = first.removeprefix("# yaml-language-server: $schema=")
        assert (path.parent / schema).resolve().is_file(), path
        assert second.startswith("# Illustrative"), path


def test_missing_folder(tmp_path):
    assert problems(tmp_path / "none") == [
        f"{tmp_path / 'none'}: there is no such folder; give the folder of a profile"
    ]


def test_missing_file(folder):
    (folder / "templates.yaml").unlink()
    (found,) = problems(folder)
    assert found == f"templates.yaml: the file is missing; a profile needs it: create {folder / 'templates.yaml'}"


def test_no_sources(folder):
    shutil.rmtree(folder / "sources")
    assert problems(folder) == ["sources/: no source is described; add a file sources/<name>.yaml"]


def test_not_yaml(folder):
    replace(folder, "objectives.yaml", "objectives:\n", "objectives:\n\t- x\n")
    (found,) = problems(folder)
    assert found.startswith("objectives.yaml: line 4: not valid YAML (found character '\\t'")
    assert found.endswith("check indentation, quotes and colons at that line")


def test_not_utf8(folder):
    (folder / "objectives.yaml").write_bytes("objectives: [] # caf\xe9".encode("cp1252"))
    assert problems(folder)[0] == "objectives.yaml: not UTF-8 text (byte 20); save the file as UTF-8"


def test_key_given_twice(folder):
    replace(folder, "mission.yaml", "currency: EUR\n", "currency: EUR\ncurrency: USD\n")
    assert problems(folder) == ["mission.yaml: line 12: key 'currency' is given twice; keep one of the two"]


CASES = {
    "misspelt key": (
        "indicators.yaml",
        ("    target: 90\n", "    tagret: 90\n"),
        ["indicators.yaml: indicators[LO-01.1].tagret: unknown key 'tagret'; did you mean 'target'?"],
    ),
    "misspelt key of a nested model": (
        "templates.yaml",
        ("{low: 2580,", "{lwo: 2580,"),
        [
            "templates.yaml: templates[WAR].minutes.low: this key is missing; add 'low'",
            "templates.yaml: templates[WAR].minutes.lwo: unknown key 'lwo'; did you mean 'low'?",
        ],
    ),
    "unknown key unlike any": (
        "mission.yaml",
        ("personnel: {total", "personnel: {zzz: 1, total"),
        ["mission.yaml: personnel.zzz: unknown key 'zzz'; remove it; known keys: advisors, planned, total"],
    ),
    "misspelt value": (
        "templates.yaml",
        ("every: month", "every: monthh"),
        [
            "templates.yaml: templates[MAS].every: Input should be 'day', 'week', '2 weeks', 'month' or 'quarter' "
            "(given: 'monthh'); did you mean 'month'?"
        ],
    ),
    "wrong type": (
        "mission.yaml",
        ("{total: 500,", "{total: many,"),
        [
            "mission.yaml: personnel.total: Input should be a valid integer, unable to parse string as an integer "
            "(given: 'many'); correct this value"
        ],
    ),
    "unknown time zone": (
        "mission.yaml",
        ("time_zone: Asia/Baghdad", "time_zone: Baghdad"),
        [
            "mission.yaml: time_zone: 'Baghdad' is not a time zone of the IANA list; write it like 'Asia/Baghdad' or "
            "'UTC'; correct this entry"
        ],
    ),
    "unknown home place": (
        "mission.yaml",
        ("home_place: baghdad", "home_place: bagdad"),
        ["mission.yaml: home_place: unknown place 'bagdad'; did you mean 'baghdad'?"],
    ),
    "unknown place of a unit": (
        "mission.yaml",
        ("team, place: baghdad", "team, place: basra"),
        ["mission.yaml: units[U-01].place: unknown place 'basra'; did you mean 'baghdad'?"],
    ),
    "unknown place of a headquarters": (
        "mission.yaml",
        ("place: izmir, reg", "place: xyz, reg"),
        [
            "mission.yaml: headquarters[LANDCOM].place: unknown place 'xyz'; known: baghdad, brunssum, izmir, mons, "
            "naples, ulm"
        ],
    ),
    "country without holidays": (
        "mission.yaml",
        ("country: NL", "country: XX"),
        [
            "mission.yaml: places.brunssum.country: no public holidays are known for 'XX'; use the ISO 3166 code of a "
            "country that the holidays package covers, and list days in 'extra_holidays'"
        ],
    ),
    "a week of weekend": (
        "mission.yaml",
        (
            "{country: NL, weekend: [saturday, sunday]",
            "{country: NL, weekend: [monday, tuesday, wednesday, thursday, friday, saturday, sunday]",
        ),
        ["mission.yaml: places.brunssum.weekend: every day is weekend; leave at least one working day"],
    ),
    "holiday and not": (
        "mission.yaml",
        ("not_holidays: [2019-02-08", "not_holidays: [2021-12-25"),
        [
            "mission.yaml: places.baghdad: 2021-12-25 is both an extra holiday and no holiday; keep it in one of the "
            "two lists"
        ],
    ),
    "unit twice": (
        "mission.yaml",
        ("unit_id: U-02", "unit_id: U-03"),
        [
            "mission.yaml: units[U-03]: unit 'U-03' is given 2 times; keep one entry",
            *(
                f"templates.yaml: templates[{t}].units: unknown unit 'U-02'; did you mean 'U-10'?"
                for t in ("BOR", "MAS", "QR", "LAR", "STR")
            ),
        ],
    ),
    "unit closed before it opened": (
        "mission.yaml",
        ("opened: 2021-10-04", "opened: 2021-10-04, closed: 2021-10-01"),
        ["mission.yaml: units[U-11]: ends (2021-10-01) before it starts (2021-10-04); correct one of the two days"],
    ),
    "more advisors than people": (
        "mission.yaml",
        ("advisors: 64", "advisors: 640"),
        ["mission.yaml: personnel.advisors: more advisors than personnel; advisors are a part of the total"],
    ),
    "band upside down": (
        "mission.yaml",
        ("[0.8, 1.25]", "[1.25, 0.8]"),
        ["mission.yaml: tolerances.quadrant_activity: 1.25 is above 0.8; give the lower bound first"],
    ),
    "reportable count of an unknown objective": (
        "mission.yaml",
        ("objective_id: LO-11", "objective_id: LO-99"),
        ["mission.yaml: reportable_counts: unknown objective 'LO-99'; did you mean 'LO-09'?"],
    ),
    "rebase date of an unknown objective": (
        "mission.yaml",
        ("reportable_counts:", "rebase_dates: {XX: [2021-07-05]}\nreportable_counts:"),
        [
            "mission.yaml: rebase_dates: unknown objective 'XX'; known: "
            + ", ".join(f"LO-{n:02d}" for n in range(1, 15))
        ],
    ),
    "objective twice": (
        "objectives.yaml",
        ("objectives:\n", "objectives:\n  - {objective_id: LO-14, name: x, aim: y, owner: z}\n"),
        ["objectives.yaml: objectives[LO-14]: objective 'LO-14' is given 2 times; keep one entry"],
    ),
    "indicator of an unknown objective": (
        "indicators.yaml",
        ("objective_id: LO-14", "objective_id: LO-41"),
        ["indicators.yaml: indicators[LO-14.1].objective_id: unknown objective 'LO-41'; did you mean 'LO-14'?"],
    ),
    "indicator twice": (
        "indicators.yaml",
        ("indicator_id: LO-01.2", "indicator_id: LO-01.1"),
        [
            "indicators.yaml: indicators[LO-01.1]: given 2 times with dates that overlap; give the versions "
            "'valid_from' and 'valid_to' that do not overlap, or remove one"
        ],
    ),
    "direction against the target": (
        "indicators.yaml",
        ("direction: rise", "direction: fall"),
        [
            "indicators.yaml: indicators[LO-01.1].direction: 'fall' contradicts baseline 10 and target 90; "
            "set direction: rise, or correct the baseline or the target"
        ],
    ),
    "target equal to the baseline without direction": (
        "indicators.yaml",
        ("    direction: maintain\n    baseline: 85", "    baseline: 85"),
        [
            "indicators.yaml: indicators[LO-13.5].tolerance: a tolerance has a meaning for 'maintain' only; "
            "remove it, or use 'noise'",
            "indicators.yaml: indicators[LO-13.5].target: target and baseline are equal; set direction: maintain, or "
            "correct one",
        ],
    ),
    "maintain without tolerance": (
        "indicators.yaml",
        ("    tolerance: 4\n", ""),
        [
            "indicators.yaml: indicators[LO-13.5].tolerance: 'maintain' needs a tolerance; say how far off still "
            "counts as met"
        ],
    ),
    "target before the baseline": (
        "indicators.yaml",
        ("target_on: 2023-11-30", "target_on: 2019-11-30"),
        [
            "indicators.yaml: indicators[LO-01.1].target_on: not after the day of the baseline; correct one of the "
            "two days"
        ],
    ),
    "field twice": (
        "templates.yaml",
        ("field_id: WAR-02", "field_id: WAR-01"),
        ["templates.yaml: templates[WAR].fields[WAR-01]: field 'WAR-01' is given 2 times; keep one entry"],
    ),
    "minutes out of order": (
        "templates.yaml",
        ("low: 20, central: 30", "low: 50, central: 30"),
        ["templates.yaml: templates[EQR].minutes: not in the order low, central, high; sort the three numbers"],
    ),
    "two weeks without anchor": (
        "templates.yaml",
        ("    anchor: 2021-01-25\n", ""),
        ["templates.yaml: templates[BOR].anchor: '2 weeks' needs an anchor; give the first day of any one period"],
    ),
    "anchor without two weeks": (
        "templates.yaml",
        ("every: month\n", "every: month\n    anchor: 2021-01-01\n"),
        ["templates.yaml: templates[MAS].anchor: an anchor has a meaning for '2 weeks' only; remove it"],
    ),
    "form of an unknown unit": (
        "templates.yaml",
        ("units: [U-03, U-04]", "units: [U-03, U-44]"),
        ["templates.yaml: templates[EQR].units: unknown unit 'U-44'; did you mean 'U-04'?"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_mistakes_in_the_mission_and_its_entries(folder, case):
    name, (old, new), expected = CASES[case]
    replace(folder, name, old, new)
    assert problems(folder) == expected


SOURCE_CASES = {
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
    "format of a text": (
        "tours.yaml",
        ("post_id: post", 'post_id: {from: post, format: "%Y-%m-%d"}'),
        "tour.columns.post_id.format: a text column has no date format; remove 'format'",
    ),
    "time zone of a day": (
        "tours.yaml",
        ("{from: arrived,", "{from: arrived, timezone: UTC,"),
        "tour.columns.started_on.timezone: a date column has no time zone; remove 'timezone'",
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
    "period that is none": (
        "tours.yaml",
        ("every: 91 days", "every: quarterly"),
        "every: String should match pattern '^\\d+ days?$' (given: 'quarterly'); correct this value",
    ),
}


@pytest.mark.parametrize("case", SOURCE_CASES)
def test_mistakes_in_a_source(folder, case):
    name, (old, new), expected = SOURCE_CASES[case]
    replace(folder, f"sources/{name}", old, new)
    found = problems(folder)
    assert any(line.startswith(f"sources/{name}: {expected}") for line in found), found
    assert all(line.startswith(f"sources/{name}: ") for line in found), found


def test_a_broken_pattern_is_blamed_once(folder):
    replace(folder, "sources/movement_requests.yaml", "movement_(?P<file_date>", "movement_((?P<file_date>")
    assert len(problems(folder)) == 1


def test_all_mistakes_of_all_files_are_told_at_once(folder):
    replace(folder, "mission.yaml", "home_place: baghdad", "home_place: nowhere")
    replace(folder, "indicators.yaml", "direction: rise", "direction: fall")
    replace(folder, "templates.yaml", "every: month", "every: monthh")
    replace(folder, "sources/tours.yaml", "  post_id: post\n", "")
    files = [line.split(":")[0] for line in problems(folder)]
    assert files == ["templates.yaml", "mission.yaml", "indicators.yaml", "sources/tours.yaml"]


def test_what_refers_to_an_unreadable_file_is_not_blamed_for_it(folder):
    (folder / "objectives.yaml").write_text("objectives: 3\n")
    assert problems(folder) == [
        "objectives.yaml: objectives: Input should be a valid list (given: 3); correct this value"
    ]


def test_times_and_codes_are_not_mangled_by_yaml(folder):
    replace(folder, "templates.yaml", 'time: "12:00"', "time: 12:30")
    replace(folder, "mission.yaml", "country: NL", "country: NO")
    profile = load_profile(folder)
    due = next(t.due for t in profile.templates if t.template_id == "EQR")
    assert due.time.isoformat() == "12:30:00"
    assert profile.mission.places["brunssum"].country == "NO"


def test_digest_follows_the_content_and_not_the_layout(folder):
    before = load_profile(folder).digest
    replace(folder, "mission.yaml", "currency: EUR", "# a comment\n\ncurrency:   EUR")
    assert load_profile(folder).digest == before
    replace(folder, "mission.yaml", "currency:   EUR", "currency: USD")
    assert load_profile(folder).digest != before


def test_indicator_versions_with_dates_apart_are_fine(folder):
    path = folder / "indicators.yaml"
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    one = entries["indicators"][0]
    two = {**one, "target": 95, "valid_from": "2021-07-01"}
    one["valid_to"] = "2021-06-30"
    entries["indicators"].append(two)
    path.write_text(yaml.safe_dump(entries, default_flow_style=False), encoding="utf-8")
    assert sum(i.indicator_id == "LO-01.1" for i in load_profile(folder).indicators) == 2
