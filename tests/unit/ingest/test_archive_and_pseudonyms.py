"""What is kept of a file, and what is not kept of a person."""

from __future__ import annotations

import hashlib
import json
import stat

import pytest

from reportmetrics.ingest.pseudonyms import pseudonym, pseudonym_key
from reportmetrics.warehouse.store import StoreError
from tests.conftest import SmallMission

LOG = "id,raised,decided,outcome,who\nA,2021-02-01,,,Jane Doe\nB,2021-02-31,,,Jane Doe\n"


def test_archive_holds_bytes_and_a_sidecar(mission: SmallMission) -> None:
    mission.put("requests/a.csv", LOG)
    mission.ingest("2021-02-10")
    digest = hashlib.sha256(LOG.encode()).hexdigest()
    assert (mission.settings.archive / digest).read_text() == LOG
    [sidecar] = mission.settings.archive.glob(f"{digest}.*.json")
    said = json.loads(sidecar.read_text())
    assert (said["source"], said["original_name"]) == ("log", "requests/a.csv")
    assert (said["facts"], said["arrived_at"]) == ({}, "2021-02-10T00:00:00")


def test_people_are_pseudonyms_in_core_and_rejects(mission: SmallMission) -> None:
    mission.put("requests/a.csv", LOG)
    mission.ingest()
    [(who,)] = mission.ask("SELECT raised_by FROM core.request")
    assert who == pseudonym(pseudonym_key(mission.settings), "Jane Doe")
    assert who.startswith("p-")
    assert len(who) == 14
    for table in ("core.request", "reject", "ledger", "latest.request"):
        assert "Jane" not in str(mission.ask(f"SELECT * FROM {table}")), table


def test_key_is_made_once_and_private(mission: SmallMission, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REPORTMETRICS_PSEUDONYM_KEY", raising=False)
    first = pseudonym_key(mission.settings)
    assert pseudonym_key(mission.settings) == first
    assert stat.S_IMODE(mission.settings.pseudonym_key_file.stat().st_mode) == 0o600


@pytest.mark.parametrize("taken_in", [False, True])
def test_an_empty_key_hides_nobody_and_is_refused(
    mission: SmallMission, monkeypatch: pytest.MonkeyPatch, *, taken_in: bool
) -> None:
    monkeypatch.delenv("REPORTMETRICS_PSEUDONYM_KEY", raising=False)
    mission.put("requests/a.csv", "id,raised,decided,outcome,who\nR1,2021-01-04,,,Jane Doe\n")
    if taken_in:
        mission.ingest()
    mission.settings.pseudonym_key_file.parent.mkdir(parents=True, exist_ok=True)
    mission.settings.pseudonym_key_file.write_text("\n")
    with pytest.raises(StoreError, match="restore that key" if taken_in else "delete the file"):
        mission.ingest()


def test_key_of_the_environment_wins(mission: SmallMission, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTMETRICS_PSEUDONYM_KEY", "secret")
    assert pseudonym_key(mission.settings) == b"secret"
    assert not mission.settings.pseudonym_key_file.exists()


def test_pseudonym_is_hmac_sha256() -> None:
    # RFC 4231, test case 2: key "Jefe", data "what do ya want for nothing?".
    assert pseudonym(b"Jefe", "what do ya want for nothing?") == "p-5bdcc146bf60"
