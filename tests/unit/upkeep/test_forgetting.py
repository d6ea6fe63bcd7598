"""What forgetting must not miss: batches set aside, orders that were stopped, a key that was lost, corrections."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from reportmetrics import cli_upkeep
from reportmetrics.ingest.pseudonyms import new_key, pseudonym, pseudonym_key, write_key
from reportmetrics.ingest.rebuild import RebuildError, rebuild
from reportmetrics.upkeep import forget as forgetting
from reportmetrics.upkeep.forget import forget
from reportmetrics.upkeep.fsck import fsck
from reportmetrics.upkeep.plan import ForgetError, plan_file, plan_of, plan_person
from reportmetrics.validation.history import record
from reportmetrics.validation.run import CheckResult
from reportmetrics.warehouse.aside import set_aside
from reportmetrics.warehouse.store import Store, StoreError
from tests.conftest import REQUESTS, SmallMission
from tests.unit.passing import mark_passed

HEADER = "id,raised,decided,outcome,who\n"
JANE = "A,2021-02-01,,,Jane Doe\nB,2021-02-02,,,John Roe\n"


class Stopped(BaseException):
    """The process was killed."""


def fill(mission: SmallMission) -> None:
    mission.put("requests/a.csv", HEADER + JANE)
    mission.put("requests/b.csv", HEADER + "C,2021-02-03,,,Jane Doe\n")
    mission.ingest("2021-02-10")


def aside(mission: SmallMission) -> None:
    """A batch of one file, which fails critically."""
    mission.put("requests/old.csv", HEADER + "X,2021-01-01,,,\n")
    mission.ingest("2021-02-01")
    with Store(mission.settings.warehouse) as store:
        mark_passed(store, 1)
    mission.put("requests/a.csv", HEADER + JANE)
    mission.ingest("2021-02-10")
    with Store(mission.settings.warehouse) as store:
        set_aside(store, mission.settings.archive, {}, now=dt.datetime(2021, 2, 11))
    mission.put("requests/c.csv", HEADER + "Z,2021-01-01,,,\n")
    (mission.settings.landing / "requests/a.csv").rename(mission.folder / "kept.csv")
    mission.ingest("2021-02-12")  # its place in the ledger is another's now


def traces(mission: SmallMission, *texts: str) -> list[str]:
    """Files of the home, the landing folder apart, that hold one of the texts."""
    found = (p for p in mission.settings.home.rglob("*") if p.is_file())
    return [p.name for p in found if any(t.encode() in p.read_bytes() for t in texts)]


def order(mission: SmallMission, named: str) -> None:
    forget(mission.settings, mission.profile, plan_of(mission.settings, mission.profile, named), reason="asked for")


def test_person_goes_out_of_a_batch_that_was_set_aside(mission: SmallMission) -> None:
    aside(mission)
    (mission.folder / "kept.csv").rename(mission.settings.landing / "requests/a.csv")
    plan = plan_person(mission.settings, mission.profile, "Jane Doe")
    assert plan.returning == ["requests/a.csv"]
    assert plan.wanted.places == frozenset()
    order(mission, "Jane Doe")
    assert traces(mission, "Jane Doe", pseudonym(pseudonym_key(mission.settings), "Jane Doe")) == []
    assert traces(mission, "John Roe") != []
    assert mission.ask("SELECT request_id FROM core.request ORDER BY 1") == [("X",), ("Z",)]
    assert fsck(mission.settings).findings == []


@pytest.mark.parametrize("named", ["Jane Doe", "requests/a.csv"])
def test_a_file_whose_batch_was_once_set_aside_is_told_once(
    mission: SmallMission, capsys: pytest.CaptureFixture[str], named: str
) -> None:
    aside(mission)
    (mission.folder / "kept.csv").rename(mission.settings.landing / "requests/a.csv")
    mission.ingest("2021-02-13")  # taken up again
    plan = plan_of(mission.settings, mission.profile, named)
    cli_upkeep._show(plan)
    said = capsys.readouterr().out
    told = (
        "0 files as a whole, 1 row out of 1 file" if named == "Jane Doe" else "1 file as a whole, 0 rows out of 0 files"
    )
    assert f"  archive: {told}\n" in said
    assert said.count("requests/a.csv") == (
        3 if named == "requests/a.csv" else 2
    )  # with what lies in the landing folder
    order(mission, named)  # both sidecars go all the same
    assert traces(mission, "Jane Doe") == []


def test_file_of_a_batch_that_was_set_aside_is_forgotten_and_does_not_come_back(mission: SmallMission) -> None:
    aside(mission)
    (mission.folder / "kept.csv").rename(mission.settings.landing / "requests/a.csv")
    order(mission, "requests/a.csv")
    assert traces(mission, "Jane Doe", "requests/a.csv") == []
    assert mission.ask("SELECT original_name FROM set_aside") == [("(forgotten)",)]
    assert mission.ingest("2021-03-01").deliveries == []
    assert mission.ask("SELECT file_seq, status FROM ledger WHERE status = 'forgotten'") == [(3, "forgotten")]
    assert fsck(mission.settings).findings == []
    mission.put("requests/d.csv", HEADER + "D,2021-01-01,,,\n")
    mission.ingest("2021-03-02")
    assert rebuild(mission.settings, mission.profile).changed == []


@pytest.mark.parametrize("step", ["rebuild", "_drop_bytes"])
@pytest.mark.parametrize("named", ["Jane Doe", "requests/a.csv"])
def test_order_that_was_stopped_before_its_rebuild_is_finished_by_repeating_it(
    mission: SmallMission, monkeypatch: pytest.MonkeyPatch, named: str, step: str
) -> None:
    fill(mission)
    copy = mission.settings.archive / ".incoming" / "of a run that was stopped"
    copy.parent.mkdir(exist_ok=True)
    copy.write_text(JANE)
    hidden = pseudonym(pseudonym_key(mission.settings), "Jane Doe")
    again = hidden if named == "Jane Doe" else plan_file(mission.settings, named).again

    def stop(*_: object, **__: object) -> None:
        raise Stopped

    with monkeypatch.context() as patched:
        patched.setattr(forgetting, step, stop)
        with pytest.raises(Stopped):
            order(mission, named)
    assert "Jane" not in (mission.settings.home / "forgetting.json").read_text()
    [said] = [f for f in fsck(mission.settings).findings if f.where == "forget"]
    assert said.remedy == f"reportmetrics forget {again} --carry-out"
    with pytest.raises(ForgetError, match="no row of the archive names"):
        plan_of(mission.settings, mission.profile, "Mary Major")
    assert plan_of(mission.settings, mission.profile, again).begun is not None
    order(mission, named)
    assert traces(mission, *((hidden, "Jane Doe") if named == "Jane Doe" else ("requests/a.csv",))) == []
    assert not (mission.settings.home / "forgetting.json").exists()
    assert fsck(mission.settings).findings == []
    with pytest.raises(ForgetError):
        plan_of(mission.settings, mission.profile, named)


def test_order_that_was_stopped_among_the_files_is_finished(
    mission: SmallMission, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(mission)
    hidden, write, calls = pseudonym(pseudonym_key(mission.settings), "Jane Doe"), forgetting._write_without, []

    def stop_at_second(archive: Path, *rest: object, **more: object) -> None:
        if calls:
            raise Stopped
        calls.append(archive)
        write(archive, *rest, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(forgetting, "_write_without", stop_at_second)
        with pytest.raises(Stopped):
            order(mission, "Jane Doe")
    order(mission, "Jane Doe")
    assert traces(mission, "Jane Doe", hidden) == []
    assert fsck(mission.settings).findings == []
    # The file as it was sent is known again when another person is to be forgotten.
    assert plan_of(mission.settings, mission.profile, "John Roe").landing == ["requests/a.csv"]


def test_two_lost_files_are_forgotten_one_after_the_other(mission: SmallMission) -> None:
    fill(mission)
    mission.put("requests/c.csv", HEADER + "E,2021-02-04,,,\n")
    mission.ingest("2021-02-12")
    for name in ("requests/a.csv", "requests/b.csv"):
        (mission.settings.archive / plan_file(mission.settings, name).files[0].sha256).unlink()
    with pytest.raises(RebuildError, match=r"requests/b\.csv: place 2 of the ledger; .* is missing"):
        order(mission, "requests/a.csv")
    order(mission, "requests/b.csv")
    assert mission.ask("SELECT request_id FROM core.request") == [("E",)]
    assert fsck(mission.settings).findings == []


def test_what_a_stopped_run_left_is_not_gone_on_with(mission: SmallMission) -> None:
    fill(mission)
    left = mission.settings.staging / "2021-02-15" / "snapshot" / "request.parquet"
    left.parent.mkdir(parents=True)
    left.write_text("Jane Doe")
    order(mission, "Jane Doe")
    assert not left.exists()


def test_lost_key_is_not_replaced_in_silence(mission: SmallMission, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(mission)
    path = mission.settings.pseudonym_key_file
    key = path.read_bytes()
    path.unlink()
    mission.put("requests/c.csv", HEADER + "D,2021-02-04,,,Jane Doe\n")
    for attempt in (
        lambda: mission.ingest("2021-02-12"),
        lambda: plan_of(mission.settings, mission.profile, "Jane Doe"),
        lambda: rebuild(mission.settings, mission.profile),
    ):
        with pytest.raises(StoreError, match=r"pseudonym\.key is missing.*restore that key"):
            attempt()
        assert not path.exists()
    assert [f.what for f in fsck(mission.settings).findings] == [
        "is missing or empty, and the warehouse has pseudonyms made with it"
    ]
    write_key(path, new_key())
    with pytest.raises(StoreError, match="made with another key"):
        plan_of(mission.settings, mission.profile, "Jane Doe")
    assert [f.what for f in fsck(mission.settings).findings] == [
        "is not the key that made the pseudonyms of the warehouse"
    ]
    monkeypatch.setenv("REPORTMETRICS_PSEUDONYM_KEY", key.decode().strip())
    assert fsck(mission.settings).findings == []


def test_correction_that_names_the_person_in_words_is_listed(mission: SmallMission) -> None:
    fill(mission)
    [[sha]] = mission.ask("SELECT DISTINCT source_file FROM ledger WHERE original_name = 'requests/a.csv'")
    record = {
        "file": sha[:12], "row": 3, "column": "outcome", "was": "", "now": "OK",
        "reason": "letter from Jane Doe", "author": "desk", "date": "2021-02-11",
    }  # fmt: skip
    mission.sources = [{**REQUESTS, "corrections": [record]}]
    mission.ingest("2021-02-12")
    said = plan_person(mission.settings, mission.profile, "Jane Doe").mentions
    assert said == [
        "requests/a.csv (corrected 2021-02-11): note of the correction of row 3, and so the ledger",
        f"the profile, source log, correction of row 3 of {sha[:12]}, reason: yours to change",
    ]
    with pytest.raises(ForgetError, match=r"no row of the archive names 'letter'.* stands elsewhere.*yours to change"):
        plan_person(mission.settings, mission.profile, "letter")


@pytest.mark.parametrize("named", ["Jane Doe", "requests/a.csv"])
def test_what_checks_found_of_rows_that_go_goes(mission: SmallMission, named: str) -> None:
    fill(mission)
    keys = dict(mission.ask("SELECT request_id, row_key FROM core.request"))
    found = [
        CheckResult("request", "rule", "warning", False, "B: looks odd", failing_keys=[keys["A"], keys["B"]]),
        CheckResult("request", "volume", "warning", False, "few", failing_keys=["request: requests/a.csv holds few"]),
        CheckResult("request", "other", "warning", False, "C: looks odd", failing_keys=[keys["C"]]),
    ]
    with Store(mission.settings.warehouse) as store:
        record(store, found, position=2, now=dt.datetime(2021, 2, 10))
    order(mission, named)
    told = {check: rest for check, *rest in mission.ask("SELECT check_name, message, failing_keys FROM check_history")}
    assert told["rule"] == ["(forgotten)", [keys["B"]] if named == "Jane Doe" else []]
    if named == "Jane Doe":
        assert told["other"] == ["(forgotten)", []]
        assert told["volume"] == ["few", ["request: requests/a.csv holds few"]]
    else:
        assert told["other"] == ["C: looks odd", [keys["C"]]]
        assert told["volume"] == ["(forgotten)", []]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("requests/Jane Doe.csv", HEADER, "the name of the file names the person; reportmetrics forget"),
        ("requests/x.csv", HEADER + "C,2021-02-01,,,Eve,Jane Doe\n", "row 2, beyond its columns"),
        ("requests/x.csv", HEADER.strip() + ",Jane Doe\nC,2021-02-01,,,Eve,1\n", "title of column 'Jane Doe'"),
        ("requests/x.csv", (HEADER + "C,2021-02-01,,é,Jane Doe\n").encode("cp1252"), "elsewhere in the file"),
        ("nobody/x.csv", HEADER + "C,2021-02-01,,,Jane Doe\n", "row 2 column 'who'"),
    ],
)
def test_name_that_stands_elsewhere_is_listed(
    mission: SmallMission, name: str, content: str | bytes, said: str
) -> None:
    columns = {name: of for name, of in REQUESTS["columns"].items() if name != "raised_by"}
    mission.sources = [REQUESTS, {**REQUESTS, "source": "nobody", "files": "nobody/*.csv", "columns": columns}]
    fill(mission)
    mission.put(name, content)
    mission.ingest("2021-02-12")
    [listed] = plan_person(mission.settings, mission.profile, "Jane Doe").mentions
    assert listed.startswith(f"{name}")
    assert said in listed


def test_unknown_file_is_said_to_be_no_file_and_unknown_person_to_be_nobody(mission: SmallMission) -> None:
    fill(mission)
    for named in ("requests/z.csv", "z.xlsx", "0123456789abcdef"):
        with pytest.raises(ForgetError, match="no delivery in the archive is called"):
            plan_of(mission.settings, mission.profile, named)
    for named in ("Mary Major", "J. Doe"):
        with pytest.raises(ForgetError, match="no row of the archive names"):
            plan_of(mission.settings, mission.profile, named)


def test_order_after_a_run_that_was_stopped_takes_no_place_away(
    mission: SmallMission, monkeypatch: pytest.MonkeyPatch
) -> None:
    mission.put("requests/a.csv", HEADER + JANE)
    with monkeypatch.context() as patched:
        patched.setattr("reportmetrics.ingest.run.note_place", None)
        with pytest.raises(TypeError):
            mission.ingest("2021-02-10")
    plan = plan_of(mission.settings, mission.profile, "Jane Doe")
    with pytest.raises(ForgetError, match="that is done now: try again"):
        forget(mission.settings, mission.profile, plan, reason="asked for")
    order(mission, "Jane Doe")
    assert mission.ask("SELECT file_seq, original_name FROM ledger") == [(1, "requests/a.csv")]
    assert traces(mission, "Jane Doe") == []
