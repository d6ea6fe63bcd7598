"""The whole pipeline on a city's request log that nobody here wrote, to the published median."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pipelines.launch import launch
from reportmetrics.settings import Settings
from tests.golden.reference import Reference

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def settings(realdata_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """One home for all dates: the first run takes the log in."""
    home = tmp_path_factory.mktemp("stlouis")
    return Settings(profile=Path(__file__).parent / "profile", home=home, landing=realdata_folder / "stlouis_csb")


@pytest.mark.parametrize(
    ("as_of", "median", "lower", "upper"),
    [(dt.date(2012, 7, 1), 15.34, 14.80, 16.99), (dt.date(2012, 6, 30), 15.29, 14.79, 16.99)],
)
def test_median_wait(settings: Settings, as_of: dt.date, median: float, lower: float, upper: float) -> None:
    outcome = launch(settings, as_of=as_of)
    assert outcome.error is None
    assert outcome.publication is not None
    assert outcome.publication.index.is_file()
    assert outcome.results is not None
    found = Reference(outcome.results)
    [hq] = set(outcome.results.figures.filter(metric="latency.answered_only")["dims"])
    name = hq.split('"')[3]
    row = found.row("latency.time_to_decision", "median", hq=name)
    for key, expected in (("value", median), ("lower", lower), ("upper", upper)):
        assert row[key] == pytest.approx(expected, abs=0.005), key
    if as_of == dt.date(2012, 7, 1):
        assert row["n"] == 5_664
        assert found.value("latency.time_to_decision", "events", hq=name) == 4_172
        assert found.value("latency.time_to_decision", "q25", hq=name) == pytest.approx(3.289, abs=0.0005)
        assert found.value("latency.time_to_decision", "q75", hq=name) == pytest.approx(266.23, abs=0.005)
        assert found.value("latency.answered_only", "median", hq=name) == pytest.approx(8.25, abs=0.005)
