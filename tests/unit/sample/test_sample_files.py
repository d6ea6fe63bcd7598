"""The committed files: reproducible to the byte, small, each claimed by one source, with only the meant faults."""

import datetime as dt
import re
import subprocess
import sys
from collections import Counter
from fnmatch import fnmatch

import openpyxl
import pytest

from reportmetrics.profile.load import load_profile
from reportmetrics.sample import truths
from reportmetrics.sample.generate import generate, sample_files
from reportmetrics.sample.scale import write_scaled_profile
from tests.unit.sample.sample_rows import ROOT, SAMPLE


@pytest.fixture(scope="module")
def committed():
    return {p.relative_to(SAMPLE).as_posix(): p.read_bytes() for p in sorted(SAMPLE.rglob("*")) if p.is_file()}


def test_committed_folder_is_what_the_generator_writes(profile, committed):
    made = sample_files(profile)
    assert sorted(made) == sorted(committed)
    assert [name for name in made if made[name] != committed[name]] == []


def test_bytes_do_not_depend_on_the_process(tmp_path):
    code = (
        "import sys; from pathlib import Path; from reportmetrics.profile.load import load_profile;"
        "from reportmetrics.sample.generate import generate;"
        "generate(Path(sys.argv[2]), profile=load_profile(Path(sys.argv[1])))"
    )
    profile_folder = ROOT / "data" / "profiles" / "nmi"
    subprocess.run(
        [sys.executable, "-c", code, profile_folder, tmp_path],
        check=True,
        env={"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"},
    )
    made = {p.relative_to(tmp_path).as_posix(): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    assert made == {p.relative_to(SAMPLE).as_posix(): p.read_bytes() for p in SAMPLE.rglob("*") if p.is_file()}


def test_another_seed_gives_another_mission(profile, committed):
    made = sample_files(profile, seed=1)
    assert made["requests/jfc_naples/registro_20220130.csv"] != committed["requests/jfc_naples/registro_20220130.csv"]


def test_size_and_number_of_files(committed):
    assert sum(map(len, committed.values())) <= 3_000_000
    assert len(committed) <= 345
    assert 120 <= sum(name.endswith(".xlsx") for name in committed) <= 150


def test_each_file_belongs_to_one_source_whose_facts_match_its_name(profile, committed):
    for name in committed:
        claims = [s for s in profile.sources if fnmatch(name, s.files)]
        assert len(claims) == 1, name
        assert re.fullmatch(claims[0].facts, name.rsplit("/", 1)[1]), name


def test_columns_of_files_are_those_that_the_mappings_name(profile, committed):
    for name, content in committed.items():
        source = next(s for s in profile.sources if fnmatch(name, s.files))
        if source.reader != "csv":
            continue
        lines = content.decode(source.options.encoding).splitlines()
        header = lines[source.options.skip_rows].split(source.options.delimiter)
        for table in source.tables:
            made = {table.unpivot.name_to, table.unpivot.value_to} if table.unpivot else set()
            wanted = {c for m in table.columns.values() for c in m.candidates} - made
            assert wanted <= set(header), name
            if table.unpivot:
                assert any(re.fullmatch(table.unpivot.columns, c) for c in header), name


def test_faults_stand_where_the_truths_say(profile, committed):
    for fault in truths.FAULTS:
        (name,) = [n for n in committed if fnmatch(n, fault.file)]
        source = next(s for s in profile.sources if fnmatch(name, s.files))
        table = next(t for t in source.tables if t.table == fault.table)
        (column,) = table.columns[fault.column].candidates
        if name.endswith(".xlsx"):
            rows = list(openpyxl.load_workbook(SAMPLE / name)["Readings"].iter_rows(values_only=True))
            cell = dict(zip(rows[0], rows[fault.row - 1], strict=True))[column]
        else:
            lines = committed[name].decode(source.options.encoding).splitlines()
            split = source.options.delimiter
            header, row = lines[source.options.skip_rows].split(split), lines[fault.row - 1].split(split)
            cell = dict(zip(header, row, strict=True))[column]
        assert cell == fault.raw


def test_the_row_decided_before_it_was_raised_says_so(committed):
    (fault,) = [f for f in truths.FAULTS if f.code == "decided_before_raised"]
    row = committed[fault.file].decode("cp1252").splitlines()[fault.row - 1].split(";")
    assert fault.raw in row
    opened, decided = (dt.datetime.strptime(t, "%d/%m/%Y %H:%M") for t in (row[4], row[6]))
    assert decided < opened


def test_rows_of_the_ledger_as_counted_in_the_files(committed):
    """Read and duplicates by plain text: a row is one when its source has sent the same text before."""
    for source, folder, skip in (("activity_log", "activity/", 1), ("jfc_naples_register", "requests/jfc_naples/", 3)):
        (table,) = [t for s, t in truths.LEDGER if s == source]
        names = [n for n in committed if n.startswith(folder) and "(1)" not in n]
        key_states, read, duplicates = {}, 0, 0
        faulty = {(f.file, f.row) for f in truths.FAULTS}
        for name in sorted(names):
            for number, line in enumerate(committed[name].decode("cp1252").splitlines()[skip:], skip + 1):
                read += 1
                key = re.split("[,;]", line)[0]
                if (name, number) in faulty:
                    continue
                duplicates += key_states.get(key) == line
                key_states[key] = line
        read_rows, accepted, rejected, duplicate, superseded = truths.LEDGER[source, table]
        assert (read, duplicates) == (read_rows, duplicate), source
        assert read == accepted + rejected + duplicate + superseded


def test_file_sent_twice_and_rows_sent_twice(committed):
    original, copy = truths.SAME_FILE_TWICE
    assert committed[original] == committed[copy]
    name, number = truths.ROWS_REPEATED
    counts = Counter(committed[name].decode().splitlines())
    assert sum(n - 1 for n in counts.values()) == number
    name, number = truths.ROWS_SENT_AGAIN
    before = committed["activity/activity_log_20210425.csv"].decode().splitlines()[1 : number + 1]
    assert committed[name].decode().splitlines()[1 : number + 1] == before
    name, number = truths.ROWS_CORRECTED_IN_FILE
    ids = Counter(line.split(",")[0] for line in committed[name].decode().splitlines()[1:])
    assert sum(n - 1 for n in ids.values()) == number


def test_a_folder_with_other_files_is_refused(profile, tmp_path):
    (tmp_path / "activity").mkdir()
    (tmp_path / "activity" / "mine.csv").write_text("id\n1\n")
    with pytest.raises(ValueError, match=r"holds 1 other files, such as mine\.csv; give an empty folder"):
        generate(tmp_path, profile=profile)
    assert [p.name for p in tmp_path.rglob("*.csv")] == ["mine.csv"]


@pytest.mark.parametrize(
    ("size", "said"), [({"weeks": 59}, "--weeks 59: .* at least 60"), ({"personnel": 100}, "--personnel 100: .* 500")]
)
def test_too_small_a_mission_is_refused(profile, size, said):
    with pytest.raises(ValueError, match=said):
        sample_files(profile, **size)


def test_a_longer_and_larger_mission(profile, tmp_path):
    made = sample_files(profile, weeks=160, personnel=1000)
    logs = [n for n in made if n.startswith("activity/") and "(1)" not in n]
    assert (len(logs), logs[0], logs[-1]) == (
        160,
        "activity/activity_log_20190113.csv",
        "activity/activity_log_20220130.csv",
    )
    committed_log = (SAMPLE / logs[-1]).read_text().count("meeting,held")
    assert made[logs[-1]].decode().count("meeting,held") == pytest.approx(2 * committed_log, rel=0.15)
    write_scaled_profile(profile, tmp_path / "scaled", weeks=160, personnel=1000)
    scaled = load_profile(tmp_path / "scaled")
    assert (scaled.mission.personnel.total, scaled.mission.personnel.advisors) == (1000, 128)
    units = {u.unit_id for u in scaled.mission.units}
    assert {"U-01", "U-01-2", "U-11-2"} <= units
    assert {n.split("_")[1] for n in made if n.endswith(".xlsx")} == {u for u in units if not u.startswith("U-11")}
