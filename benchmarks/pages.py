"""How soon a published page can be used: from files, in a headless Chromium, without a cache.

``python -m benchmarks.pages [PUBLICATION ...] [--rounds N]`` prints a table for each publication (default: the newest
of ``data/publications``, which ``make run`` leaves). Medians, seconds from the start of navigation: until the words
are painted, until the charts on the screen are drawn, until the last chart is; the processor time of the whole browser
meanwhile, which says more than the clock on a busy machine; and the weight of the page with all that it loads but
Plotly's script.

Nothing is attached to a page while it opens: with an inspector, as test drivers attach one, Chromium reads Plotly's
script again for each error that the script throws and catches while it starts, which no reader's browser does. The
page's own marks are read when it has long been drawn. ``--attached`` opens the pages with an inspector from the start.

Belongs here: measuring. Not here: whether the pages are right (tests/browser).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser.flags import FLAGS

PAGES = ("index", "objectives", "objective-lo-04", "headquarters", "burden", "simulate", "quality", "definitions")
MARKS = ("first-contentful-paint", "in view drawn", "all drawn")
PUBLICATIONS = Path("data") / "publications"


READ_MARKS = (
    "Object.fromEntries(performance.getEntries().filter(e => ['mark', 'paint'].includes(e.entryType))"
    ".map(e => [e.name, e.startTime / 1000]))"
)
RESTING = 2.0
"""Seconds without work after which a page is done."""

LONGEST = 60.0
"""Seconds after which a page that still works is given up."""


@dataclass(frozen=True)
class Chromium:
    """A running browser: the address where it takes orders, and its first process."""

    address: str
    process: int

    def tell(self, path: str, method: str = "GET") -> str:
        """What the browser answers to an order."""
        request = urllib.request.Request(f"{self.address}/json/{path}", method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return str(answer.read().decode())

    def processor(self) -> dict[int, float]:
        """Seconds of processor time of each of its processes so far."""
        found = {self.process: 0.0}
        for number, fields in _stats():
            if number in found or int(fields[1]) in found:
                found[number] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return found


def _since(before: dict[int, float], now: dict[int, float]) -> float:
    """Seconds of processor time of the processes there are now; those that ended meanwhile are left out."""
    return sum(spent - before.get(number, 0.0) for number, spent in now.items())


def _stats() -> Iterator[tuple[int, list[str]]]:
    """Number and state of every process, parents first; see proc(5)."""
    for number in sorted(int(p.name) for p in Path("/proc").iterdir() if p.name.isdigit()):
        try:
            yield number, Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue


@contextmanager
def chromium(path: str) -> Iterator[Chromium]:
    """A Chromium that takes orders on a port of this machine."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        told = Path(folder) / "DevToolsActivePort"
        orders = ["--remote-debugging-port=0", f"--user-data-dir={folder}", "--window-size=1440,900"]
        running = subprocess.Popen([path, *FLAGS, *orders], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while not (told.is_file() and told.read_text()):
                time.sleep(0.1)
            yield Chromium(f"http://127.0.0.1:{told.read_text().split()[0]}", running.pid)
        finally:
            running.terminate()
            running.wait()


def opened(driver: Playwright, browser: Chromium, page: Path) -> tuple[float | None, ...]:
    """Seconds of the three marks, and of processor time; a mark that was not made is None.

    A page is done when the browser has had nothing to do for a while.
    """
    before = browser.processor()
    tab = json.loads(browser.tell(f"new?{page.as_uri()}", "PUT"))["id"]
    end = time.monotonic() + LONGEST
    spent, resting = 0.0, time.monotonic()
    while time.monotonic() < min(resting + RESTING, end):
        time.sleep(0.2)
        now = _since(before, browser.processor())
        if now - spent > 0.02:
            spent, resting = now, time.monotonic()
    attached = driver.chromium.connect_over_cdp(browser.address)
    (shown,) = (p for c in attached.contexts for p in c.pages if p.url == page.as_uri())
    shown.wait_for_selector("html[data-drawn=yes]", state="attached")
    marks: dict[str, float] = shown.evaluate(READ_MARKS)
    attached.close()
    browser.tell(f"close/{tab}")
    return (*(marks.get(name) for name in MARKS), spent)


def opened_attached(browser: Browser, page: Path) -> tuple[float | None, ...]:
    """As :func:`opened`, with an inspector from the start; the processor time is that of the page's own thread."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    tab = context.new_page()
    session = context.new_cdp_session(tab)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    tab.goto(page.as_uri())
    tab.wait_for_selector("html[data-drawn=yes]", state="attached")
    marks: dict[str, float] = tab.evaluate(READ_MARKS)
    metrics = session.send("Performance.getMetrics")["metrics"]
    spent = next(float(m["value"]) for m in metrics if m["name"] == "TaskDuration")
    context.close()
    return (*(marks.get(name) for name in MARKS), spent)


def medians(rounds: list[tuple[float | None, ...]]) -> list[str]:
    """Median of each column, where there is any value."""
    return [
        f"{statistics.median(known):7.2f}" if (known := [v for v in c if v is not None]) else "      –"
        for c in zip(*rounds, strict=True)
    ]


def weight(site: Path, page: str) -> float:
    beside = sum(p.stat().st_size for p in (site / "assets").iterdir() if p.name != "plotly.min.js")
    return (beside + (site / f"{page}.html").stat().st_size) / 1000


def newest() -> Path:
    named = PUBLICATIONS / "latest"
    if not named.is_file():
        raise SystemExit("no publication here: run `make run` first, or name one")
    return PUBLICATIONS / named.read_text().strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("publications", nargs="*", type=Path, metavar="PUBLICATION")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--attached", action="store_true", help="with an inspector attached from the start")
    asked = parser.parse_args()
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        raise SystemExit("no Chromium on the PATH; install it (on Debian: apt-get install chromium)")
    publications = asked.publications or [newest()]
    with sync_playwright() as driver:
        if asked.attached:
            browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
            show(publications, asked.rounds, lambda page: opened_attached(browser, page))
            browser.close()
        else:
            with chromium(path) as running:
                show(publications, asked.rounds, lambda page: opened(driver, running, page))


def show(publications: list[Path], rounds: int, open_: Callable[[Path], tuple[float | None, ...]]) -> None:
    """Print the table of each publication."""
    for publication in publications:
        site = publication.resolve() / "site"
        open_(site / "index.html")  # the first page of a fresh browser pays for the browser
        print(f"{publication.name:28} painted  on screen  all drawn  processor      KB")
        for page in (p for p in PAGES if (site / f"{p}.html").is_file()):
            painted, shown, last, spent = medians([open_(site / f"{page}.html") for _ in range(rounds)])
            print(f"{page:28} {painted}    {shown}    {last}    {spent} {weight(site, page):7.0f}", flush=True)


if __name__ == "__main__":
    main()
