"""A definition does not change under the version that was released."""

from __future__ import annotations

import pytest

from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.metrics.released import read_released, with_release, write_released
from tests.unit.metrics.lint.conftest import METRIC_FILE, VIEW_FILE


@pytest.fixture
def released(folder):
    """The folder with its one metric released as it is."""
    metric = load_catalogue(folder.sql).metrics["outcome.readings"]
    write_released(
        folder.sql, with_release({}, {"outcome.readings": (metric.definition.version, metric.definition_hash)})
    )
    return folder


def test_an_unchanged_definition_passes(released) -> None:
    assert released.lint() == []
    assert read_released(released.sql)[0].keys() == {"outcome.readings"}


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("FROM outcome_reading", "FROM outcome_reading WHERE value > 0", METRIC_FILE),
        ("by: [objective_id]", "by: []", METRIC_FILE),
        ("level = 'outcome'", "level = 'outcome' AND value > 0", VIEW_FILE),
    ],
)
def test_a_change_under_the_same_version_is_caught(released, old: str, new: str, name: str) -> None:
    (finding,) = released.spoil(old, new, name).lint()
    assert (finding.code, finding.file, finding.line) == ("version-unchanged", METRIC_FILE, 3)
    assert "version 3" in finding.remedy


def test_a_change_with_a_new_version_only_asks_that_the_old_one_be_kept(released) -> None:
    released.spoil("FROM outcome_reading", "FROM outcome_reading WHERE value > 0").spoil("version: 2", "version: 3")
    assert released.codes() == {"deprecated-missing"}


def test_what_does_not_change_the_meaning_passes(released) -> None:
    released.spoil("SELECT\n", "-- all readings\nSELECT   \n").spoil("Which indicator", "Which of them")
    assert released.lint() == []


def test_a_lowered_version_is_caught(released) -> None:
    (finding,) = released.spoil("version: 2", "version: 1").lint()
    assert finding.code == "version-lowered"


def test_a_released_metric_that_is_gone_is_told(released) -> None:
    (released.sql / METRIC_FILE).unlink()
    assert {"released-removed", "view-unused"} == released.codes()


def test_a_damaged_record_is_told(released) -> None:
    (released.sql / "metrics/released.yaml").write_text("outcome.readings: {2: abc}\n")
    (finding,) = released.lint()
    assert finding.code == "released-record"


def test_a_release_never_changes_a_released_hash() -> None:
    with pytest.raises(ValueError, match="raise its version"):
        with_release({"a.b": {1: "0" * 64}}, {"a.b": (1, "1" * 64)})
    assert with_release({"a.b": {1: "0" * 64}}, {"a.b": (2, "1" * 64)}) == {"a.b": {1: "0" * 64, 2: "1" * 64}}
