"""Verify: a sound publication passes; whatever is tampered with is found and named."""

import dataclasses
import json
import os
import random
import shutil
import subprocess

import polars as pl
import pytest
from typer.testing import CliRunner

from reportmetrics.audit.differences import KEYS, compare_results
from reportmetrics.audit.explain import explain
from reportmetrics.audit.opened import AuditError, Opened
from reportmetrics.audit.verify import verify
from reportmetrics.cli import app
from reportmetrics.metrics.metric_values import PREPARED
from reportmetrics.metrics.results import Results
from reportmetrics.publish.exports import write_csv
from reportmetrics.publish.files import digest_of, files_below, sha256
from reportmetrics.publish.manifest import inputs_digest
from reportmetrics.publish.seal import seal
from tests.unit.audit.editions import copy_of

UNKEYED = ("manifest.json", "manifest.sha256")


def reseal(folder):
    """What a tamperer can do who makes all hashes again, snapshot and inputs included."""
    opened = Opened(folder)
    manifest = opened.manifest
    manifest["inputs"]["snapshot"] = digest_of(opened.snapshot)
    for name, metric in opened.catalogue.metrics.items():
        manifest["inputs"]["definitions"][name] = metric.definition_hash
        manifest["metrics"][name]["definition_hash"] = metric.definition_hash
    manifest["inputs_digest"] = inputs_digest(manifest["inputs"])
    manifest["files"] = {
        p.relative_to(folder).as_posix(): {"sha256": sha256(p), "bytes": p.stat().st_size}
        for p in files_below(folder)
        if p.name not in UNKEYED
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    seal(folder, key=None)


def part(folder, table):
    return sorted((folder / "audit" / "snapshot" / table).glob("*.parquet"))[0]


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


def test_200_figures_changed_by_somebody_who_makes_all_hashes_again_are_all_named(opened):
    draw = random.Random(1)
    published = opened.results
    for _ in range(200):
        name = draw.choice(list(KEYS))
        frame = getattr(published, name)
        row = draw.randrange(frame.height)
        column = draw.choice([c for c in frame.columns if c not in KEYS[name] and frame[c][row] is not None])
        here = pl.int_range(pl.len()) == row
        tampered = frame.with_columns(pl.when(here).then(None).otherwise(pl.col(column)).alias(column))
        found = compare_results(dataclasses.replace(published, **{name: tampered}), published)
        assert len(found) == 1
        assert found[0].part == name
        assert str(frame[KEYS[name][0]][row]) in found[0].where
        assert column in found[0].what


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


def test_events_and_data_package_changed_with_hashes_made_again(opened, tmp_path):
    folder = copy_of(opened, tmp_path)
    events = folder / "exports" / "request_events.csv"
    lines = events.read_text().splitlines(keepends=True)
    events.write_text("".join(lines[:1] + lines[2:]))
    package = folder / "exports" / "datapackage.json"
    package.write_text(package.read_text().replace(opened.manifest["created"], "2000-01-01T00:00:00"))
    reseal(folder)
    found = {d.where: d.what for d in verify(folder).differences}
    assert f"the snapshot has {len(lines) - 1}" in found["request_events.csv"]
    assert "created is 2000-01-01" in found["datapackage.json"]


def test_a_figure_changed_in_all_its_copies_with_hashes_made_again(opened, tmp_path):
    folder = copy_of(opened, tmp_path)
    frame = pl.read_parquet(folder / "exports" / "figures.parquet")
    here = (pl.col("metric") == "activity.held") & (pl.col("dims") == '{"objective_id":"LO-03"}')
    frame = frame.with_columns(value=pl.when(here).then(pl.col("value") + 1).otherwise("value"))
    frame.write_parquet(folder / "exports" / "figures.parquet")
    marking = opened.manifest["marking"]
    write_csv(folder / "exports" / "figures.csv", frame.columns, frame.iter_rows(), marking=marking)
    reseal(folder)
    (found,) = verify(folder).differences
    assert found.part == "figures"
    assert found.where.startswith('activity.held {"objective_id":"LO-03"} sum')


def test_a_row_taken_out_of_the_snapshot_with_hashes_made_again(opened, tmp_path):
    folder = copy_of(opened, tmp_path)
    path = part(folder, "request")
    pl.read_parquet(path).slice(1).write_parquet(path)
    reseal(folder)
    found = verify(folder).differences
    assert any(d.part == "snapshot" and d.where == "request" for d in found)
    assert any(d.part == "figures" and "latency.time_to_decision" in d.where for d in found)


def test_a_row_copied_from_another_delivery_is_not_in_the_ledger(opened, tmp_path):
    folder = copy_of(opened, tmp_path)
    path = part(folder, "activity")
    frame = pl.read_parquet(path)
    twin = frame.head(1).with_columns(file_seq=pl.lit(9_999, dtype=pl.Int64))
    pl.concat([frame, twin]).write_parquet(path)
    reseal(folder)
    said = [str(d) for d in verify(folder).differences]
    assert any("activity, delivery 9999: 1 rows, but the ledger has 0 accepted" in s for s in said)
    assert any("stands there more than once" in s for s in said)


def test_a_definition_changed_with_and_without_hashes_made_again(opened, tmp_path):
    folder = copy_of(opened, tmp_path)
    path = folder / "audit" / "definitions" / "derived" / "report_answer.sql"
    changed = path.read_text().replace("answered.came_at <= answered.due_at THEN 1", "TRUE THEN 1")
    assert changed != path.read_text()
    path.write_text(changed)
    found = verify(folder).differences
    assert any(d.part == "files" and d.where.endswith("derived/report_answer.sql") for d in found)
    assert {d.where for d in found if d.part == "definitions"} >= {"burden.completeness", "burden.timeliness"}
    reseal(folder)
    found = verify(folder).differences
    assert {d.where for d in found if d.part != "figures"} == {f"audit/{PREPARED}"}
    figures = [d for d in found if d.part == "figures"]
    assert figures
    assert all(d.where.startswith("burden.timeliness") for d in figures)


def test_books_that_do_not_balance(opened, tmp_path):
    folder = copy_of(opened, tmp_path)
    path = part(folder, "ledger")
    frame = pl.read_parquet(path)
    first = pl.int_range(pl.len()) == 0
    frame.with_columns(rows_read=pl.col("rows_read") + first.cast(pl.Int64)).write_parquet(path)
    reseal(folder)
    found = [d for d in verify(folder).differences if d.part == "ledger"]
    assert len(found) == 1
    assert found[0].where.startswith(frame["original_name"][0])


def test_exports_that_contradict_each_other(opened, tmp_path):
    folder = copy_of(opened, tmp_path)
    path = folder / "exports" / "series.csv"
    lines = path.read_text().splitlines(keepends=True)
    lines[3] = lines[3].replace("2021-01-18", "2021-01-19", 1)
    path.write_text("".join(lines))
    reseal(folder)
    (found,) = verify(folder).differences
    assert found.where == "series.csv row 4 as_of"


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


def test_command_line(opened, tmp_path):
    run = CliRunner().invoke
    done = run(app, ["verify", str(opened.folder)])
    assert done.exit_code == 0, done.output
    assert "2021-01-18-r1: sound" in done.output
    folder = copy_of(opened, tmp_path)
    (folder / "site" / "index.html").write_text("other")
    told = run(app, ["verify", str(folder), "--format", "json"])
    assert told.exit_code == 1
    assert [d["where"] for d in json.loads(told.stdout)["differences"]] == ["site/index.html"]
    listed = run(app, ["verify", str(folder), "--format", "csv"])
    assert listed.stdout.splitlines()[0] == "part,where,what"
    assert run(app, ["verify", str(tmp_path / "nothing")]).exit_code == 2
