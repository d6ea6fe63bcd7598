"""Wrong paths, command by command: exit code 2 before any work, what is wrong in words, and nothing is made."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from reportmetrics.cli import app
from reportmetrics.publish.mail import write_mail
from reportmetrics.publish.paper import UnknownPageError
from tests.pipelines.tiny import make

ROOT = Path(__file__).parents[3]
HOMES = [
    ["check"],
    ["publish"],
    ["rejects", "list"],
    ["rejects", "return"],
    ["backup", "copies"],
    ["rebuild"],
    ["fsck"],
    ["forget", "x"],
]
PATHS = [
    (["publish", "--pdf", "folder"], "folder is a folder; name a file in it"),
    (["publish", "--pdf", "no/such.pdf"], "there is no folder no; make it"),
    (["paper", "-o", "folder"], "folder is a folder; name a file in it"),
    (["mail", "-o", "no/such.html"], "there is no folder no; make it"),
    (["picture", "index", "waits", "-o", "no/such.png"], "there is no folder no; make it"),
    (["bundle", "2021-01-01-r1", "-o", "folder"], "folder is a folder; name a file in it"),
    (["rejects", "return", "-o", "file"], "file is not a folder; name a folder to write to"),
    (["sample", "--output", "file"], "file is not a folder; name a folder to write to"),
    (["sample", "--output", "folder"], "the profile has no 'U-01', of which the sample tells"),
    (["backup", "file"], "is a file"),
    (["restore", "nowhere"], "does not exist"),
    (["restore", "file"], "is a file"),
    (["metrics", "lint", "nowhere"], "nowhere has no folder metrics/"),
    (["metrics", "lint", "file"], "file has no folder metrics/"),
    (["metrics", "release", "folder"], "folder has no folder metrics/"),
]


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in, with the profile of a mission, a file and a folder."""
    make(tmp_path / "tiny", as_new=True)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("REPORTMETRICS_PROFILE", str(tmp_path / "tiny" / "profile"))
    Path("file").touch()
    Path("folder").mkdir()
    return tmp_path / "here"


def refused(*words: str) -> str:
    done = CliRunner().invoke(app, [*words])
    assert done.exit_code == 2, (done.output, done.exception)
    return " ".join(done.output.replace("│", " ").split())


@pytest.mark.parametrize("words", HOMES, ids=" ".join)
def test_a_mistyped_home_is_told_and_not_made(there: Path, words: list[str]) -> None:
    assert f"there is no folder {there / 'hoem'}; correct --home" in refused(*words, "--home", "hoem")
    assert sorted(p.name for p in there.rglob("*")) == ["file", "folder"]


@pytest.mark.parametrize(("words", "says"), PATHS, ids=[" ".join(words) for words, _ in PATHS])
def test_a_wrong_path_is_told_before_any_work(there: Path, words: list[str], says: str) -> None:
    assert says in refused(*words)
    assert sorted(p.name for p in there.rglob("*")) == ["file", "folder"]


def test_a_page_that_cannot_be_mailed_is_told_with_those_that_can(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("<p>")
    with pytest.raises(UnknownPageError, match="no page nosuch; there are: index"):
        write_mail(tmp_path, tmp_path / "x.html", page="nosuch")


def test_the_sample_is_written_where_it_is_by_default(there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REPORTMETRICS_PROFILE")
    done = CliRunner().invoke(app, ["sample", "--profile", str(ROOT / "data" / "profiles" / "nmi")])
    assert done.exit_code == 0, done.output
    assert done.output.endswith("files written to data/sample/nmi\n")
    assert any((there / "data" / "sample" / "nmi").rglob("*.csv"))
