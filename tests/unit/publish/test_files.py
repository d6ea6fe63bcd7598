"""Which files a folder holds, in the order in which they are hashed."""

from __future__ import annotations

import os
from pathlib import Path

from reportmetrics.publish.files import digest_of, files_below, names_below


def test_files_stand_in_the_order_of_their_whole_path(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a/b/c.txt", "a-b.txt", ".hidden"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    assert names_below(tmp_path) == [".hidden", "a-b.txt", "a/b/c.txt", "a/z.txt", "b.txt"]
    assert files_below(tmp_path) == [tmp_path / name for name in names_below(tmp_path)]


def test_what_is_no_file_is_not_opened_nor_followed(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "folder", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    (elsewhere / "secret.txt").write_text("not of this folder")
    (folder / "kept.txt").write_text("1")
    os.mkfifo(folder / "pipe")
    (folder / "broken").symlink_to(tmp_path / "nowhere")
    (folder / "away").symlink_to(elsewhere, target_is_directory=True)
    assert names_below(folder) == ["kept.txt"]
    assert names_below(tmp_path / "nowhere") == []


def test_a_digest_tells_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    first = digest_of(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    renamed = digest_of(tmp_path)
    (tmp_path / "b").write_text("2")
    assert len({first, renamed, digest_of(tmp_path)}) == 3
