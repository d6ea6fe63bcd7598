"""A register in free text and a log of updates that nobody here wrote: both tell of the same requests."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from reportmetrics.profile.load import load_profile
from tests.realdata.taken_in import TakenIn, taken_in

pytestmark = pytest.mark.realdata

PROFILE = Path(__file__).parent / "profile"
HQ = "Federal offices"


@pytest.fixture(scope="module")
def taken(realdata_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> TakenIn:
    home = tmp_path_factory.mktemp("dlp")
    return taken_in(PROFILE, realdata_folder / "foia", home, as_of=dt.date(2024, 9, 15))


def test_all_requests_and_updates_are_read_and_no_state_is_unknown(taken: TakenIn) -> None:
    lines = {d.original_name: d for d in taken.summary.deliveries}
    assert (lines["dlp_requests.csv"].rows_read, lines["dlp_requests.csv"].rejected) == (45, 0)
    assert (lines["dlp_updates.csv"].rows_read, lines["dlp_updates.csv"].rejected) == (131, 0)
    assert taken.ask("SELECT count(*) FROM reject") == (0,)


def test_every_state_of_the_register_is_mapped(realdata_folder: Path) -> None:
    with (realdata_folder / "foia" / "dlp_requests.csv").open(encoding="utf-8", newline="") as file:
        states = {row["status"] for row in csv.DictReader(file)}
    source = next(s for s in load_profile(PROFILE).sources if s.source == "requests")
    assert len(states) == 23
    assert set(source.tables[0].columns["outcome"].map or {}) == states


def test_register_and_log_tell_of_the_same_requests(taken: TakenIn, realdata_folder: Path) -> None:
    """Each request counts once; the wait of one of them, by hand from both files."""
    found = taken.figures("latency.time_to_decision", "latency.open_backlog")
    assert found.row("latency.time_to_decision", "median", hq=HQ)["n"] == 45
    with (realdata_folder / "foia" / "dlp_updates.csv").open(encoding="utf-8", newline="") as file:
        rejected = next(row for row in csv.DictReader(file) if row["title"] == "Request Rejected")
    state = (
        "SELECT raised_at, decided_at FROM core.request WHERE request_id = $$" + rejected["slug"] + "$$ "
        "ORDER BY known_from DESC, file_seq DESC, source_row DESC LIMIT 1"
    )
    raised, decided = taken.ask(state)
    assert decided.date() == dt.date.fromisoformat(rejected["date"])
    assert raised.date() <= decided.date()
