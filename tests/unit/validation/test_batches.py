"""Great Expectations on staged batches: a clean batch passes, each kind of fault is caught with its keys."""

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from reportmetrics.validation.run import validate
from tests.unit.validation.batches import CLEAN, PROFILE, staged


@pytest.mark.parametrize("table", sorted(CLEAN))
def test_a_clean_batch_passes_every_check(tmp_path: Path, table: str) -> None:
    results = validate(staged(tmp_path, table, {}, {}), PROFILE)
    assert [r.check for r in results if not r.success] == []
    assert len(results) >= 10
    assert all(r.failing_count == 0 and r.failing_keys == [] for r in results)


FAULTS: list[tuple[str, dict[str, Any], str, str]] = [
    ("request", {"hq": None}, "hq_present", "critical"),
    ("request", {"outcome": "lost"}, "outcome_known", "critical"),
    ("request", {"amount": -1.0}, "amount_in_range", "critical"),
    ("request", {"objective_id": "LO-99"}, "objective_id_in_profile", "critical"),
    ("request", {"decided_at": dt.datetime(2021, 1, 31)}, "no_decided_before_raised", "critical"),
    ("request", {"decided_at": dt.datetime(2021, 3, 3)}, "decided_at_not_foretold", "warning"),
    ("report", {"withdrawn": True, "withdrawn_at": dt.datetime(2035, 3, 3)}, "withdrawn_at_not_foretold", "warning"),
    # Rows that are known from a moment of their own are so from one that has not come.
    (
        "request",
        {"decided_at": dt.datetime(2035, 3, 3), "known_from": dt.datetime(2035, 3, 3)},
        "decided_at_not_foretold",
        "warning",
    ),
    ("request", {"source_file": None}, "source_file_present", "critical"),
    ("report", {"period_end": dt.date(2021, 1, 31)}, "no_period_reversed", "critical"),
    ("report", {"prep_minutes": 10_001}, "prep_minutes_in_range", "critical"),
    ("report", {"unit_id": "U9"}, "unit_id_in_profile", "critical"),
    ("activity", {"occurred_on": None}, "no_held_without_date", "critical"),
    ("report_field", {"value_number": 5.5}, "value_number_within_limits", "warning"),
    ("report_field", {"value_number": 0.0}, "value_number_within_limits", "warning"),
    ("report_field", {"value_number": None, "value_text": "about 5"}, "value_of_the_kind_asked", "warning"),
    ("report_field", {"field_id": "T", "value_number": 5.0}, "value_of_the_kind_asked", "warning"),
    (
        "report_field",
        {"field_id": "C", "value_number": None, "value_text": "blue"},
        "value_text_among_choices",
        "warning",
    ),
    ("observation", {"value": 5_000.0}, "value_within_limits", "warning"),
    ("observation", {"value": -0.5}, "value_within_limits", "warning"),
    ("observation", {"value": 80.5, "observed_on": dt.date(2021, 1, 31)}, "value_within_limits", "warning"),
    ("report_field", {"field_id": "free", "value_number": -1e300}, "no_value_number_not_exact", "warning"),
    ("request", {"amount": 2e15}, "no_amount_not_exact", "warning"),
    ("request", {"raised_at": dt.datetime(2010, 12, 31)}, "not_long_past", "warning"),
    ("activity", {"occurred_on": dt.date(1901, 2, 3)}, "not_long_past", "warning"),
    ("activity", {"hours": 24.5, "count": 0}, "no_hours_over_a_day", "warning"),
    ("activity", {"hours": 48.5, "count": 2}, "no_hours_over_a_day", "warning"),
    ("activity", {"count": 10_001}, "no_count_implausible", "warning"),
    ("activity", {"participants": 100_001}, "no_participants_implausible", "warning"),
    ("activity", {"vehicles": 1_001}, "no_vehicles_implausible", "warning"),
]


@pytest.mark.parametrize(("table", "fault", "check", "severity"), FAULTS, ids=[f"{f[0]} {f[2]}" for f in FAULTS])
def test_a_seeded_fault_fails_its_check_alone_and_names_its_row(
    tmp_path: Path, table: str, fault: dict[str, Any], check: str, severity: str
) -> None:
    results = validate(staged(tmp_path, table, {}, fault, {}), PROFILE)
    failed = [r for r in results if not r.success]
    assert [(r.check, r.severity) for r in failed] == [(check, severity)]
    assert failed[0].failing_keys == ["k2"]
    assert failed[0].failing_count == 1
    assert failed[0].blocks is (severity == "critical")


def test_of_limits_that_forms_give_a_field_the_widest_count(tmp_path: Path) -> None:
    told = ({"field_id": "Q", "value_number": -1e9}, {"field_id": "Q", "value_number": 1e9}, {"value_number": None})
    assert all(r.success for r in validate(staged(tmp_path, "report_field", *told), PROFILE))


def test_answers_of_the_kind_that_is_asked_pass(tmp_path: Path) -> None:
    texts = [("C", "it's green"), ("C", " red "), ("C", None), ("T", "anything"), ("of no form", "x"), ("Q", "  ")]
    told = [{"field_id": name, "value_number": None, "value_text": text} for name, text in texts]
    # A note beside a number is no answer to another question.
    told += [{"field_id": "Q", "value_number": 0.0, "value_text": "see annex"}]
    assert [r.check for r in validate(staged(tmp_path, "report_field", *told), PROFILE) if not r.success] == []


def test_a_reading_is_within_the_limits_of_the_version_of_its_day(tmp_path: Path) -> None:
    older = {"value": 80.0, "observed_on": dt.date(2021, 1, 31)}
    told = (older, {"value": 0.0}, {"value": 100.0}, {"value": None}, {"indicator_id": "I-2", "value": -5e3})
    assert all(r.success for r in validate(staged(tmp_path, "observation", *told), PROFILE))


def test_a_row_that_breaks_a_rule_is_named_with_what_it_holds_and_where_it_stands(tmp_path: Path) -> None:
    results = validate(staged(tmp_path, "observation", {}, *[{"value": 5_000.0}] * 4), PROFILE)
    [failed] = [r for r in results if not r.success]
    first = "indicator_id I'1, value 5000.0, observed_on 2021-02-03 in row 3 of ffffffffffff; "
    assert failed.observed.startswith(first)
    assert failed.observed.endswith("in row 5 of ffffffffffff; ...")


def test_bounds_are_inclusive(tmp_path: Path) -> None:
    results = validate(staged(tmp_path, "report", {"prep_minutes": 0}, {"prep_minutes": 10_000}), PROFILE)
    assert all(r.success for r in results)


def test_what_is_only_large_or_old_is_not_doubted(tmp_path: Path) -> None:
    large = {"hours": 48.0, "count": 2, "participants": 100_000, "vehicles": 1_000}
    told = ({"hours": 24.0, "count": None}, large, {"count": 10_000}, {"occurred_on": dt.date(2011, 1, 1)})
    assert [r.check for r in validate(staged(tmp_path, "activity", *told), PROFILE) if not r.success] == []


def test_a_key_that_stands_twice_in_a_file_is_critical(tmp_path: Path) -> None:
    results = validate(staged(tmp_path, "request", {}, {"row_key": "k1"}, {}), PROFILE)
    failed = [r for r in results if not r.success]
    assert [r.check for r in failed] == ["key_unique_in_file"]
    assert failed[0].failing_keys == ["k1", "k1"]


def test_events_of_one_record_are_told_apart_by_their_moments_and_places(tmp_path: Path) -> None:
    first = {"row_key": "k1", "moment": dt.datetime(2021, 2, 3), "moment_place": 1}
    others = ({**first, "moment": dt.datetime(2021, 2, 4)}, {**first, "moment_place": 2})
    assert all(r.success for r in validate(staged(tmp_path, "request", {"row_key": "k1"}, first, *others), PROFILE))
    [failed] = [r for r in validate(staged(tmp_path, "request", first, *others, first), PROFILE) if not r.success]
    assert (failed.check, failed.failing_keys) == ("key_unique_in_file", ["k1", "k1"])


def test_the_same_key_in_two_files_is_history_and_no_fault(tmp_path: Path) -> None:
    results = validate(staged(tmp_path, "request", {}, {"row_key": "k1", "file_seq": 2}), PROFILE)
    assert all(r.success for r in results)


@pytest.mark.parametrize(("fault", "check"), [({"hq": None}, "hq_present"), ({"outcome": "lost"}, "outcome_known")])
def test_all_failing_keys_are_named_however_many(tmp_path: Path, fault: dict[str, Any], check: str) -> None:
    results = validate(staged(tmp_path, "request", *[fault] * 700, {}), PROFILE)
    failed = next(r for r in results if r.check == check)
    assert failed.failing_count == 700
    assert set(failed.failing_keys) == {f"k{n}" for n in range(1, 701)}


def test_all_keys_that_break_a_rule_are_named(tmp_path: Path) -> None:
    early = {"decided_at": dt.datetime(2021, 1, 1)}
    results = validate(staged(tmp_path, "request", *[early] * 700, {}), PROFILE)
    failed = [r for r in results if not r.success]
    assert [r.check for r in failed] == ["no_decided_before_raised"]
    assert len(set(failed[0].failing_keys)) == 700


def test_offending_values_are_quoted(tmp_path: Path) -> None:
    results = validate(staged(tmp_path, "request", {"outcome": "lost"}, {"outcome": "stolen"}), PROFILE)
    failed = next(r for r in results if not r.success)
    assert failed.observed == "lost, stolen"
    assert "approved, denied, withdrawn, open" in failed.message


def test_a_batch_without_a_declared_column_fails_critically_and_says_so(tmp_path: Path) -> None:
    import polars as pl

    paths = staged(tmp_path, "report", {})
    pl.read_parquet(paths["report"]).drop("prep_minutes").write_parquet(paths["report"])
    failed = [r for r in validate(paths, PROFILE) if not r.success]
    assert [r.check for r in failed] == ["prep_minutes_in_range"]
    assert failed[0].blocks
    assert "the check itself failed" in failed[0].message


def test_several_tables_are_checked_in_one_go(tmp_path: Path) -> None:
    paths = staged(tmp_path, "request", {"hq": None}) | staged(tmp_path, "activity", {"kind": None})
    failed = [(r.table, r.check) for r in validate(paths, PROFILE) if not r.success]
    assert failed == [("activity", "kind_present"), ("request", "hq_present")]


def test_nothing_staged_means_no_result_and_no_import() -> None:
    code = (
        "import sys; from reportmetrics.validation.run import validate; "
        "assert validate({}, None) == []; assert 'great_expectations' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A home of its own and what was printed, with every socket forbidden, by a process that had imported nothing."""
    folder = tmp_path_factory.mktemp("alone")
    paths = staged(folder, "request", {"hq": None})
    home = folder / "home"
    home.mkdir()
    code = f"""
import socket, pathlib, sys
def refuse(*a, **k): raise AssertionError("a socket was opened")
socket.socket.connect = refuse
from reportmetrics.validation.run import validate
from tests.unit.validation.batches import PROFILE
failed = [r.check for r in validate({{"request": pathlib.Path({str(paths["request"])!r})}}, PROFILE) if not r.success]
assert failed == ["hq_present"], failed
import great_expectations as gx
import json, os
print(json.dumps([os.environ["GX_ANALYTICS_ENABLED"], "pyspark" in sys.modules]))
print(json.dumps(sorted({{"pyspark", "altair", "scipy.stats"}} & set(sys.modules))))
from great_expectations.expectations.core import expect_column_kl_divergence_to_be_less_than as used
entropy = used.stats.entropy([0.5, 0.5])
import scipy.stats
print(json.dumps([entropy, scipy.stats.norm.cdf(0)]))
"""
    env = {k: v for k, v in os.environ.items() if not k.startswith("GX_")} | {
        "HOME": str(home),
        "PYTHONPATH": str(Path(__file__).parents[3]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run([sys.executable, "-c", code], check=False, cwd=home, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return home, done.stdout.splitlines()[-3:]


def test_validation_writes_no_file_and_calls_nobody(alone: tuple[Path, list[str]]) -> None:
    home, printed = alone
    assert json.loads(printed[0]) == ["false", False]
    assert list(home.rglob("*")) == []


def test_what_stands_in_for_a_heavy_module_is_gone_after_the_import_and_gives_the_real_one(
    alone: tuple[Path, list[str]],
) -> None:
    _, printed = alone
    assert json.loads(printed[1]) == [], "a stand-in stayed"
    assert json.loads(printed[2]) == pytest.approx([0.6931, 0.5], abs=1e-4)


def test_a_column_of_another_type_than_declared_is_critical(tmp_path: Path) -> None:
    batch = staged(tmp_path, "report", {}, {})
    pl.read_parquet(batch["report"]).with_columns(pl.col("revision").cast(pl.Float64)).write_parquet(batch["report"])
    failed = [r for r in validate(batch, PROFILE) if not r.success]
    assert [(r.check, r.severity, r.failing_count) for r in failed] == [("types_as_declared", "critical", 2)]
