"""Every kind of mistake in a profile's mission, objectives, indicators and templates: file, key, what to do."""

import pytest

from tests.unit.profile.spoiled import problems, replace

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
    "identifier with a character that cannot be seen": (
        "mission.yaml",
        ("unit_id: U-01", 'unit_id: "U-\\u200b01"'),
        [
            "mission.yaml: units[U-\u200b01].unit_id: 'U-\\u200b01' holds a character that cannot be seen, or not be "
            "told from a space (character 3, U+200B, zero width space); type it anew without; correct this entry"
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
    "limits of an indicator exchanged": (
        "indicators.yaml",
        ("minimum: 0\n    maximum: 100", "minimum: 100\n    maximum: 0"),
        ["indicators.yaml: indicators[LO-01.1]: the least number is above the largest; exchange the two"],
    ),
    "target that no reading can reach": (
        "indicators.yaml",
        ("    target: 90\n", "    target: 900\n"),
        [
            "indicators.yaml: indicators[LO-01.1].target: 900 is above the maximum, 100; correct the target, or the "
            "limit"
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
