"""Links from Dagster's pages to a publication: to the web server that shows it, where there is one."""

from pathlib import Path

import pytest

from pipelines.assets.publication import _metadata
from reportmetrics.publish.publish import Publication


@pytest.fixture
def made(tmp_path: Path) -> Publication:
    folder = tmp_path / "2021-02-08-r1"
    (folder / "site").mkdir(parents=True)
    for name in ("index.html", "quality.html"):
        (folder / "site" / name).touch()
    return Publication(folder, folder / "site" / "index.html", folder.name, True)


def test_without_a_web_server_links_are_files(made: Publication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REPORTMETRICS_PUBLICATIONS_URL", raising=False)
    told = _metadata(made)
    assert told["site"].value == made.index.as_uri()
    assert f"* [quality]({(made.index.parent / 'quality.html').as_uri()})" in str(told["pages"].value)


@pytest.mark.parametrize("slash", ["", "/"])
def test_with_one_they_lead_there(made: Publication, slash: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTMETRICS_PUBLICATIONS_URL", f"https://example.org/publications/nmi{slash}")
    told = _metadata(made)
    assert told["site"].value == "https://example.org/publications/nmi/2021-02-08-r1/site/index.html"
    assert "file:" not in str(told["pages"].value)
    assert told["folder"].value == str(made.folder)
