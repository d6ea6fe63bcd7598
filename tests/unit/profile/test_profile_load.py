"""A profile is read whole, and all its mistakes are told at once; files that are missing or cannot be read."""

import shutil

import yaml

from reportmetrics.profile.load import load_profile
from tests.unit.profile.spoiled import NMI, problems, replace


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
