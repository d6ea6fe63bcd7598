"""A published site and a real headless Chromium to read it with, from files and over http."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import http.server
import shutil
import threading
from pathlib import Path

import pytest

from pipelines.launch import launch_several
from reportmetrics.metrics.results import Results
from reportmetrics.profile.objectives import Objective
from reportmetrics.publish.publish import publish
from reportmetrics.settings import Settings
from tests.browser import pages
from tests.browser.flags import FLAGS, OFTEN
from tests.browser.looks import Looks, figures_and_paper, widths_and_grounds
from tests.browser.tabs import Tabs, Visit
from tests.shared import made_once
from tests.unit.publish import stand_ins, synthetic

ROOT = Path(__file__).parents[2]
EVIL = "<script>document.title='taken'</script><img src=x onerror=alert(1)>"


def _publish(home: Path, as_of: dt.date, results: Results, **changes: object) -> Path:
    settings = Settings(profile=home / "profile", home=home, landing=home / "landing")
    settings.profile.mkdir(exist_ok=True)
    snapshot = stand_ins.snapshot(home / f"snapshot-{as_of}", as_of)
    profile = synthetic.profile(settings.profile, **changes)
    catalogue = stand_ins.catalogue(home / "sql")
    with stand_ins.without_preparing():
        return publish(settings, profile, snapshot, catalogue, results, checks=[]).folder


@pytest.fixture(scope="session")
def publications(tmp_path_factory):
    """Two publications of the synthetic mission, a week apart."""

    def make(home: Path) -> None:
        for as_of in (dt.date(2022, 1, 24), synthetic.AS_OF):
            _publish(home, as_of, synthetic.results())

    return made_once(tmp_path_factory, "site", make) / "publications"


def _newest(home: Path) -> Path:
    return home / "publications" / f"{synthetic.AS_OF}-r1" / "site"


@pytest.fixture(scope="session")
def site(publications):
    """``site/`` of the newest one."""
    return _newest(publications.parent)


@pytest.fixture(scope="session")
def empty_site(tmp_path_factory):
    """A mission that has received nothing."""
    home = made_once(tmp_path_factory, "empty", lambda home: _publish(home, synthetic.AS_OF, Results.empty()))
    return _newest(home)


@pytest.fixture(scope="session")
def hostile_site(tmp_path_factory):
    """Names that are markup, and one of 300 characters."""
    objectives = [Objective(objective_id=f"LO-{i:02d}", name=n, aim="a", owner=EVIL) for i, n in enumerate(NAMES, 1)]

    def make(home: Path) -> None:
        results = synthetic.results(names=(EVIL, "x" * 300, "SHAPE"))
        _publish(home, synthetic.AS_OF, results, objectives=objectives, name=EVIL)

    return _newest(made_once(tmp_path_factory, "hostile-names", make))


NAMES = (EVIL, "Long name " * 30, *synthetic.NAMES[2:])


@pytest.fixture(scope="session")
def weeks(tmp_path_factory):
    """Three weekly publications of the reference mission, from its sample files; published in one run."""

    def make(home: Path) -> None:
        settings = Settings(profile=ROOT / "data/profiles/nmi", home=home, landing=ROOT / "data/sample/nmi")
        done = launch_several(settings, dates=[synthetic.AS_OF - dt.timedelta(weeks=k) for k in (2, 1, 0)])
        assert done.success, done.error

    return made_once(tmp_path_factory, "weeks", make) / "publications"


@pytest.fixture(scope="session")
def reference(weeks):
    """``site/`` of the newest one."""
    return _newest(weeks.parent)


@pytest.fixture(scope="session")
def server(publications):
    """The publications over http; address without the last slash."""
    with served(publications) as address:
        yield address


@pytest.fixture(scope="session")
def served_weeks(weeks):
    """The publications of the reference mission over http."""
    with served(weeks) as address:
        yield address


@contextlib.contextmanager
def served(folder):
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()
        thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="session")
def chromium():
    """One browser for the session."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.fail("no Chromium on the PATH: install the package 'chromium', or leave these out with -m 'not browser'")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *OFTEN])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def tabs(chromium):
    """Tabs that are used again by one visit after the other."""
    return Tabs(chromium)


@pytest.fixture(scope="session")
def looks(tabs, tmp_path_factory):
    """What is noted of pages, once for a run."""
    return Looks(tabs, tmp_path_factory)


@pytest.fixture(scope="session")
def reference_looks(looks, reference):
    """By page of the reference mission."""

    def note(path: Path, visit: Visit) -> dict:
        alike = pages.is_alike(path)
        paper = not alike and not path.stem.startswith(("definitions", "simulate"))
        return figures_and_paper(visit, axe=not alike, paper=paper)

    return looks.all("reference", pages.all_of(reference), note)


@pytest.fixture(scope="session")
def look_at_site(looks, site):
    """Of a page of the synthetic site, by its name."""

    def look(name: str) -> dict:
        axe = ("small", "light", "dark") if name in pages.MAIN else ()
        return looks.at("site", site / f"{name}.html", lambda visit: widths_and_grounds(visit, axe=axe))

    return look


@pytest.fixture(scope="session")
def site_looks(look_at_site, site):
    """By page of the synthetic site."""
    return {path: look_at_site(path.stem) for path in pages.but_alike(site)}


@pytest.fixture(scope="session")
def empty_site_looks(looks, empty_site):
    """By page of a mission that has received nothing."""

    def note(path: Path, visit: Visit) -> dict:
        return widths_and_grounds(visit, axe=["light"] if path.stem in pages.MAIN else [])

    return looks.all("empty", pages.but_alike(empty_site), note)


@pytest.fixture
def visit(tabs):
    """Opens pages and leaves them after the test."""
    opened: list[Visit] = []

    def go(address: str | Path, **wanted: object) -> Visit:
        opened.append(tabs.visit(address, **wanted))
        return opened[-1]

    yield go
    for one in opened:
        one.close()
