"""fsck finds what was done to an installation; what is forgotten is gone everywhere, and every check understands it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from reportmetrics.audit.verify import verify
from reportmetrics.ingest.pseudonyms import pseudonym, pseudonym_key
from reportmetrics.ingest.rebuild import rebuild
from reportmetrics.ingest.run import ingest
from reportmetrics.profile.load import Profile, load_profile
from reportmetrics.publish import history
from reportmetrics.publish.site import render_index
from reportmetrics.settings import Settings
from reportmetrics.upkeep.forget import forget
from reportmetrics.upkeep.fsck import fsck
from reportmetrics.upkeep.plan import ForgetError, plan_file, plan_of, plan_person
from reportmetrics.upkeep.rotation import rotate
from reportmetrics.warehouse.store import Store
from tests.unit.audit.editions import settings_in, six_weeks

PERSON = "ADV-00004"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Six weeks of the reference mission, with a publication."""
    return six_weeks(tmp_path_factory)


@pytest.fixture
def home(published: Settings, tmp_path: Path) -> Settings:
    """A copy of that home, to be damaged."""
    shutil.copytree(published.home, tmp_path / "home", copy_function=shutil.copy2)
    for path in (tmp_path / "home").rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    settings = settings_in(tmp_path / "home")
    settings.pseudonym_key_file.chmod(0o600)
    return settings


def profile_of(settings: Settings) -> Profile:
    return load_profile(settings.profile)


def ask(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    with Store(settings.warehouse) as store:
        return store.connection.execute(sql).fetchall()


def edition(settings: Settings) -> Path:
    [folder] = settings.publications.glob("*-r1")
    return folder


def damage(settings: Settings, kind: str) -> str:
    """Do one kind of harm; returns what a finding must say."""
    archive = settings.archive
    sidecar = sorted(archive.glob("*.json"))[0 if "missing" in kind else 1]
    first = archive / sidecar.name.partition(".")[0]
    match kind:
        case "archived file altered":
            first.write_bytes(first.read_bytes() + b"\n")
            return f"archive/{first.name}: was altered"
        case "archived file missing":
            first.unlink()
            return f"archive/{first.name}: is missing"
        case "sidecar missing":
            sidecar.unlink()
            return "the archive has no sidecar of it"
        case "sidecar broken":
            sidecar.write_text("{")
            return f"archive/{sidecar.name}: is no sidecar"
        case "stray file":
            (archive / ("0" * 64)).write_text("x")
            return "has no sidecar, so nobody knows what it is"
        case "rows deleted":
            ask(settings, "DELETE FROM core.activity WHERE file_seq = (SELECT min(file_seq) FROM core.activity)")
            return "rows in core.activity, the ledger says"
        case "ledger altered":
            ask(settings, "UPDATE ledger SET accepted = accepted + 1 WHERE file_seq = 3")
            return "does not balance"
        case "index altered":
            ask(settings, "DELETE FROM latest.activity WHERE row_key = (SELECT min(row_key) FROM latest.activity)")
            return "latest.activity: does not agree with core for 1 keys"
        case "page altered":
            (edition(settings) / "site" / "index.html").write_text("better")
            return "site/index.html: was altered"
        case "pointer astray":
            (settings.publications / "latest").write_text("2020-01-01-r9\n")
            return "publications/latest: names no publication"
        case "publications gone":
            shutil.rmtree(edition(settings))
            return "publications/latest: names no publication"
        case "publication gone from beside others":
            kept, gone = edition(settings), edition(settings).with_name("2020-12-25-r1")
            shutil.copytree(kept, gone)
            both = history.entries(settings.publications)
            history.point_to_newest(settings.publications, both, render_index(profile_of(settings), both))
            shutil.rmtree(gone)
            return "publications/2020-12-25-r1: is missing: the list of all publications has it"
        case "link astray":
            page = settings.publications / "index.html"
            page.write_text(page.read_text().replace(f'<a href="{edition(settings).name}/site', '<a href="other/site'))
            return f"publications/index.html: was altered: its link to {edition(settings).name} leads elsewhere"
        case "manifest gone":
            folder = edition(settings).with_name("2020-12-18-r1")
            shutil.copytree(edition(settings), folder)
            (folder / "manifest.json").unlink()
            return "publications/2020-12-18-r1: has no manifest"
        case "list gone":
            (settings.publications / "index.html").unlink()
            return "publications/index.html: is missing"
        case "file noted that never came":
            ask(
                settings,
                "INSERT INTO seen SELECT 'ab', source, 'new.csv', size, modified_ns, seen_at FROM seen LIMIT 1",
            )
            return "seen: new.csv is noted as taken in"
        case "file not noted":
            ask(settings, "DELETE FROM seen WHERE identity = (SELECT min(identity) FROM seen)")
            return "is not noted as taken in, so it might come twice"
        case "position altered":
            ask(settings, "UPDATE state SET position = position - 1")
            return "state: says that the ledger ends with delivery"
        case "checks passed over":
            ask(settings, "DELETE FROM check_history")
            return "passed their checks; the history of checks knows it up to 0"
        case "rotation stopped":
            settings.pseudonym_key_file.with_name("pseudonym.key.next").write_text("new")
            return "pseudonym.key.next: going over to another key of the pseudonyms is not finished"
        case "key open":
            settings.pseudonym_key_file.chmod(0o644)
            return "can be read by others"
    raise AssertionError(kind)


KINDS = [
    "archived file altered", "archived file missing", "sidecar missing", "sidecar broken", "stray file", "rows deleted",
    "ledger altered", "index altered", "page altered", "publication gone from beside others", "link astray",
    "manifest gone", "file noted that never came", "file not noted", "position altered", "checks passed over",
    "pointer astray", "rotation stopped", "key open",
]  # fmt: skip
ALONE = ["archived file altered", "publications gone", "list gone", "sidecar missing", "index altered"]


def test_whole_home_has_no_finding_and_every_kind_of_harm_has_one(home: Settings) -> None:
    assert fsck(home).findings == []
    said = [damage(home, kind) for kind in KINDS if kind not in ALONE]
    found = [str(f) for f in fsck(home).findings]
    assert [s for s in said if not any(s in f for f in found)] == []
    assert all(f.remedy for f in fsck(home).findings)


@pytest.mark.parametrize("kind", ALONE)
def test_harm_that_would_hide_others_is_found(home: Settings, kind: str) -> None:
    said = damage(home, kind)
    assert any(said in str(f) for f in fsck(home).findings)


def test_forgotten_person_is_gone_everywhere(home: Settings) -> None:
    profile, hidden = profile_of(home), pseudonym(pseudonym_key(home), PERSON)
    folder, before = edition(home), ask(home, "SELECT count(*) FROM core.activity")[0][0]
    plan = plan_person(home, profile, PERSON)
    assert plan.row_count > 10
    assert list(plan.publications) == [folder]
    held = ask(home, f"SELECT count(*) FROM core.activity WHERE reporter_id = '{hidden}'")[0][0]
    forget(home, profile, plan, reason="asked for")

    assert ask(home, "SELECT count(*) FROM core.activity")[0][0] == before - held
    # What lies in the landing folder is the sender's: it is named, and not taken in again.
    assert plan.landing
    assert ingest(home, profile).deliveries == []
    left = [p for p in home.home.rglob("*") if p.is_file() and home.landing not in p.parents]
    assert [p.name for p in left if PERSON.encode() in p.read_bytes() or hidden.encode() in p.read_bytes()] == []
    for path in folder.rglob("*.parquet"):
        frame = pl.read_parquet(path)
        assert not any((frame[c] == hidden).any() for c, t in frame.schema.items() if t == pl.String()), path
    assert fsck(home).findings == []
    assert rebuild(home, profile).changed == []
    with pytest.raises(ForgetError, match="no row of the archive names"):
        plan_person(home, profile, PERSON)


def test_others_keep_their_rows_and_row_numbers(home: Settings) -> None:
    hidden = pseudonym(pseudonym_key(home), PERSON)
    others = (
        "SELECT row_key, source_row, file_seq, known_from, kind, status FROM core.activity "
        f"WHERE reporter_id IS DISTINCT FROM '{hidden}' ORDER BY ALL"
    )
    before = ask(home, others)
    forget(home, profile_of(home), plan_person(home, profile_of(home), PERSON), reason="asked for")
    assert ask(home, others) == before


def test_verify_tells_what_was_forgotten_from_what_was_tampered_with(home: Settings) -> None:
    profile, folder = profile_of(home), edition(home)
    forget(home, profile, plan_person(home, profile, PERSON), reason="asked for")
    verdict = verify(folder)
    assert [str(d) for d in verdict.differences] == []
    assert any("rows were forgotten" in n and "asked for" in n for n in verdict.notes)
    assert any("cannot be recomputed any more" in n for n in verdict.notes)

    snapshot = next((folder / "audit" / "snapshot" / "activity").glob("*.parquet"))
    snapshot.chmod(0o644)
    pl.read_parquet(snapshot).head(3).write_parquet(snapshot)
    assert any(snapshot.name in d.where for d in verify(folder, recompute=False).differences)


def test_person_is_gone_from_publications_of_before_another_key(home: Settings) -> None:
    profile, hidden = profile_of(home), pseudonym(pseudonym_key(home), PERSON)
    snapshot = edition(home) / "audit" / "snapshot"

    def named(by: str) -> dict[str, list[bool]]:
        frames = {p: pl.read_parquet(p) for p in sorted(snapshot.rglob("*.parquet"))}
        return {
            f"{p.parent.name}/{p.name} {c}": (f[c] == by).fill_null(value=False).to_list()
            for p, f in frames.items()
            for c, t in f.schema.items()
            if t == pl.String()
        }

    def heights() -> dict[str, int]:
        tables = {p.parent.name for p in snapshot.rglob("*.parquet")}
        return {t: sum(pl.read_parquet(p).height for p in (snapshot / t).glob("*.parquet")) for t in tables}

    held = dict.fromkeys(heights(), 0)
    for where, rows in named(hidden).items():
        held[where.split("/")[0]] += sum(rows)
    assert held["activity"] > 10
    before = heights()
    rotate(home, profile)
    plan = plan_person(home, profile, PERSON)
    forget(home, profile, plan, reason="asked for")
    assert sum(sum(rows) for rows in named(hidden).values()) == 0
    left = heights()
    assert {t: before[t] - left[t] for t in ("activity", "tour")} == {t: held[t] for t in ("activity", "tour")}
    assert verify(edition(home), recompute=False).differences == []


def test_publication_that_was_half_written_is_accounted_for_when_the_order_is_repeated(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile, folder = profile_of(home), edition(home)
    plan = plan_of(home, profile, PERSON)
    rows = {t: n for t, n in plan.publications[folder].items() if t != "ledger"}
    for broken in ("_recount", "write_tombstone"):
        with monkeypatch.context() as patched:
            patched.setattr(f"reportmetrics.upkeep.redaction.{broken}", None)
            with pytest.raises(TypeError):
                forget(home, profile, plan_of(home, profile, PERSON), reason="asked for")
    assert verify(folder, recompute=False).differences != []
    forget(home, profile, plan_of(home, profile, PERSON), reason="asked for")
    assert [str(d) for d in verify(folder).differences] == []
    [entry] = json.loads((folder / "tombstone.json").read_text())["entries"]
    assert entry["rows"] == rows
    assert fsck(home).findings == []


def test_tombstone_cannot_excuse_a_figure(home: Settings) -> None:
    profile, folder = profile_of(home), edition(home)
    forget(home, profile, plan_person(home, profile, PERSON), reason="asked for")
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    stone = json.loads((folder / "tombstone.json").read_text())
    listed = json.loads((folder / "manifest.json").read_text())["files"]["site/index.html"]
    (folder / "site" / "index.html").write_text("better")
    stone["files"]["site/index.html"] = {"was": listed["sha256"], "sha256": "0" * 64, "bytes": 6}
    (folder / "tombstone.json").write_text(json.dumps(stone))
    found = {(d.part, d.where) for d in verify(folder, recompute=False).differences}
    assert {("tombstone", "site/index.html"), ("files", "site/index.html"), ("seal", "tombstone.json")} <= found


def test_forgotten_file_leaves_its_place_and_does_not_come_back(home: Settings) -> None:
    profile, folder = profile_of(home), edition(home)
    [(name, seq, sha)] = ask(
        home, "SELECT original_name, file_seq, source_file FROM ledger WHERE source = 'activity_log' ORDER BY 2 LIMIT 1"
    )
    position = ask(home, "SELECT position FROM state")
    plan = plan_file(home, str(sha)[:12])
    assert plan.landing == [name]
    made = forget(home, profile, plan, reason="sent by mistake")
    assert made.forgotten == 1
    assert ask(home, "SELECT position FROM state") == position
    assert ask(home, f"SELECT original_name, status, rows_read FROM ledger WHERE file_seq = {seq}") == [
        ("(forgotten)", "forgotten", 0)
    ]
    assert not (home.archive / str(sha)).exists()
    assert ask(home, f"SELECT count(*) FROM core.activity WHERE file_seq = {seq}") == [(0,)]
    assert ingest(home, profile).deliveries == []
    assert fsck(home).findings == []
    assert verify(folder).sound
    assert str(name) not in (folder / "audit" / "ledger.csv").read_text()


def test_what_is_not_there_cannot_be_forgotten(home: Settings) -> None:
    with pytest.raises(ForgetError, match="no delivery in the archive is called"):
        plan_file(home, "no such file.csv")
    with pytest.raises(ForgetError, match="no row of the archive names"):
        plan_person(home, profile_of(home), "Nobody")
