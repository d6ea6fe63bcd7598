"""Verify: a sound publication passes; whatever is tampered with is found and named."""

import functools
import json
import os
import random
import shutil
import subprocess

import polars as pl
import pytest
from typer.testing import CliRunner

from reportmetrics.audit.differences import compare_results
from reportmetrics.audit.explain import explain
from reportmetrics.audit.opened import AuditError, Opened
from reportmetrics.audit.verify import verify
from reportmetrics.cli import app
from reportmetrics.metrics.metric_values import PREPARED
from reportmetrics.metrics.results import Results
from reportmetrics.publish.files import files_below
from reportmetrics.publish.seal import seal
from tests.unit.audit.editions import copy_of
from tests.unit.audit.tampering import UNKEYED, part, reseal


def test_a_publication_as_it_was_made_is_sound(opened):
    verdict = verify(opened.folder)
    assert verdict.sound, [str(d) for d in verdict.differences]
    assert any("figures" in c for c in verdict.checked)
    assert verdict.notes == ["not signed"]


def test_200_random_tamperings_with_a_byte_or_a_cell_are_all_found_and_the_file_is_named(opened, tmp_path):
    folder = copy_of(opened, tmp_path)
    draw = random.Random(20220131)
    files = [p for p in files_below(folder) if p.stat().st_size]
    tables = [p for p in files if p.suffix == ".parquet" and pl.read_parquet(p).height]
    assert verify(folder, recompute=False).sound
    kinds = {"byte": 0, "cell": 0}
    for turn in range(200):
        kind = "cell" if turn % 4 == 0 else "byte"
        path = draw.choice(tables if kind == "cell" else files)
        before = path.read_bytes()
        if kind == "byte":
            at = draw.randrange(len(before))
            path.write_bytes(before[:at] + bytes([before[at] ^ draw.randrange(1, 256)]) + before[at + 1 :])
        else:
            change_cell(path, draw)
        kinds[kind] += 1
        found = verify(folder, recompute=False).differences
        name = path.relative_to(folder).as_posix()
        named = "manifest.json" if name in UNKEYED else name
        assert any(named in d.where for d in found), (kind, name, found)
        path.write_bytes(before)
    assert kinds == {"byte": 150, "cell": 50}
    assert verify(folder, recompute=False).sound


def change_cell(path, draw):
    frame = pl.read_parquet(path)
    row, column = draw.randrange(frame.height), draw.choice(frame.columns)
    old = frame[column][row]
    here = pl.int_range(pl.len()) == row
    if old is None:
        kept = frame.with_columns(pl.col(column).fill_null(strategy="backward").fill_null(strategy="forward"))
        changed = kept if kept[column][row] is not None else frame.with_columns(pl.lit("x").alias(column))
    else:
        changed = frame.with_columns(pl.when(here).then(None).otherwise(pl.col(column)).alias(column))
    assert not changed.equals(frame)
    changed.write_parquet(path)


@pytest.mark.parametrize("change", ["missing", "added", "order", "one bit of a double"])
def test_rows_of_results_that_are_missing_added_moved_or_a_trifle_off(opened, change):
    right = opened.results
    figures = right.figures
    tampered = {
        "missing": figures.slice(1),
        "added": pl.concat([figures, figures.head(1).with_columns(dims=pl.lit('{"objective_id":"LO-99"}'))]),
        "order": figures.reverse(),
        "one bit of a double": figures.with_columns(value=pl.col("value") * (1 + 2**-52)),
    }[change]
    found = compare_results(Results(tampered, right.series, right.listings), right)
    said = {
        "missing": "is not published",
        "added": "does not come out of the snapshot",
        "order": "another order",
        "one bit of a double": "recomputed",
    }[change]
    assert found
    assert said in found[0].what


def test_another_build_of_the_product_is_noted(opened, tmp_path):
    folder = copy_of(opened, tmp_path)
    path = folder / "manifest.json"
    path.write_text(
        path.read_text().replace(f'"build": "{opened.manifest["versions"]["build"]}"', '"build": "0ldc0de"')
    )
    assert any("another build" in n and "0ldc0de" in n for n in verify(folder, recompute=False).notes)


def test_a_missing_an_added_and_a_linked_file_are_named(opened, tmp_path):
    folder = copy_of(opened, tmp_path)
    (folder / "audit" / "ledger.csv").unlink()
    (folder / "site" / "more.html").write_text("more")
    (folder / "site" / "link.html").symlink_to(folder / "site" / "index.html")
    said = {d.where: d.what for d in verify(folder, recompute=False).differences}
    assert said["audit/ledger.csv"] == "is missing"
    assert "not in the manifest" in said["site/more.html"]
    assert "site/link.html" in said


def test_links_in_place_of_files_folders_and_beside_them_are_named(opened, tmp_path):
    folder = copy_of(opened, tmp_path)
    outside = tmp_path / "outside"
    (folder / "audit" / "ledger.csv").rename(outside)
    (folder / "audit" / "ledger.csv").symlink_to(outside)
    table = part(folder, "activity").parent
    table.rename(tmp_path / "activity")
    table.symlink_to(tmp_path / "activity", target_is_directory=True)
    (folder / "site" / "more").symlink_to(tmp_path, target_is_directory=True)
    os.mkfifo(folder / "site" / "pipe")
    said = {d.where: d.what for d in verify(folder, recompute=False).differences if "links or devices" in d.what}
    assert set(said) == {"audit/ledger.csv", "audit/snapshot/activity", "site/more", "site/pipe"}


def test_files_swapped_cut_short_or_taken_away_are_named(opened, tmp_path):
    folder = copy_of(opened, tmp_path)
    swapped = [part(folder, "activity"), part(folder, "report")]
    first, second = (path.read_bytes() for path in swapped)
    swapped[0].write_bytes(second)
    swapped[1].write_bytes(first)
    figures = folder / "exports" / "figures.parquet"
    figures.write_bytes(figures.read_bytes()[:-100])
    profile = folder / "audit" / "profile" / "mission.yaml"
    profile.write_text(profile.read_text() + "# a remark\n")
    page = folder / "site" / "index.html"
    page.write_text(page.read_text().replace("2", "3", 1))
    definition = folder / "audit" / "definitions" / "metrics" / "outcome" / "met.sql"
    definition.write_text(definition.read_text() + "-- a remark\n")
    request = part(folder, "request")
    request.unlink()
    named = {folder / d.where for d in verify(folder, recompute=False).differences}
    assert named == {*swapped, figures, profile, page, definition, request}


def test_what_was_prepared_for_questions_must_follow_from_the_definitions(opened, tmp_path):
    folder = copy_of(opened, tmp_path)
    path = folder / "audit" / PREPARED
    values = json.loads(path.read_text())
    query = values["metrics"]["activity.held"]["own_sql"]
    query["select"] = query["select"].replace("COALESCE(count, 1)", "2 * COALESCE(count, 1)")
    path.write_text(json.dumps(values))
    assert explain(Opened(folder), "activity.held", {}).equal  # altered, so the definitions are read instead
    reseal(folder)
    assert not explain(Opened(folder), "activity.held", {}).equal
    assert [d.where for d in verify(folder).differences] == [f"audit/{PREPARED}"]


def test_an_unreadable_manifest_and_a_folder_without_one(opened, tmp_path):
    folder = copy_of(opened, tmp_path)
    (folder / "manifest.json").write_text("{")
    assert [d.where for d in verify(folder).differences] == ["manifest.json", "manifest.json"]
    (folder / "manifest.json").unlink()
    with pytest.raises(AuditError):
        verify(folder)


def test_a_publication_under_another_name(opened, tmp_path):
    folder = copy_of(opened, tmp_path)
    renamed = folder.rename(tmp_path / "2021-01-18-r2")
    assert any("but the folder is called 2021-01-18-r2" in d.what for d in verify(renamed).differences)
    elsewhere = renamed.rename(tmp_path / "copy on a stick")
    assert verify(elsewhere).sound


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    if shutil.which("ssh-keygen") is None:
        pytest.skip("OpenSSH is not installed")
    folder = tmp_path_factory.mktemp("keys")
    for name in ("mission", "stranger"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", folder / name], check=True)
    public = (folder / "mission.pub").read_text()
    (folder / "allowed").write_text(f'data-team@mission namespaces="reportmetrics-publication" {public}')
    return folder


def test_signatures(opened, tmp_path, keys):
    folder = copy_of(opened, tmp_path)
    allowed = keys / "allowed"

    def examine(**more):
        return verify(folder, recompute=False, **more)

    assert [d.part for d in examine(allowed_signers=allowed).differences] == ["signature"]
    seal(folder, key=keys / "mission")
    assert examine(allowed_signers=allowed).notes == ["signed by data-team@mission"]
    assert examine(allowed_signers=allowed).sound
    assert "was not checked" in examine().notes[0]
    assert examine().sound
    (folder / "manifest.json").write_text((folder / "manifest.json").read_text() + " ")
    signed_other = (folder / "manifest.json.sig").read_bytes()
    reseal(folder)
    (folder / "manifest.json.sig").write_bytes(signed_other)
    for more in ({}, {"allowed_signers": allowed}):
        assert "does not belong to manifest.json" in str(examine(**more).differences[0])
    (folder / "manifest.json.sig").unlink()
    seal(folder, key=keys / "stranger")
    assert "no allowed signer" in str(examine(allowed_signers=allowed).differences[0])
    with pytest.raises(OSError, match="not there"):
        seal(folder, key=keys / "nobody")
    with pytest.raises(AuditError, match="ALLOWED_SIGNERS"):
        examine(allowed_signers=keys / "nobody")


def test_command_line(opened, tmp_path, monkeypatch):
    run = CliRunner().invoke
    done = run(app, ["verify", str(opened.folder)])
    assert done.exit_code == 0, done.output
    assert "2021-01-18-r1: sound" in done.output
    folder = copy_of(opened, tmp_path)
    (folder / "site" / "index.html").write_text("other")
    # The figures of this publication have just been computed again.
    monkeypatch.setattr("reportmetrics.audit.verify.verify", functools.partial(verify, recompute=False))
    told = run(app, ["verify", str(folder), "--format", "json"])
    assert told.exit_code == 1
    assert [d["where"] for d in json.loads(told.stdout)["differences"]] == ["site/index.html"]
    listed = run(app, ["verify", str(folder), "--format", "csv"])
    assert listed.stdout.splitlines()[0] == "part,where,what"
    assert run(app, ["verify", str(tmp_path / "nothing")]).exit_code == 2
