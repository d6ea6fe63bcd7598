"""How soon a published page can be used: from files, in a headless Chromium, without a cache.

``python -m benchmarks.pages [PUBLICATION ...] [--rounds N]`` prints a table for each publication (default: the newest
of ``data/publications``, which ``make run`` leaves). Medians, seconds from the start of navigation: until the words
are painted, until the charts on the screen are drawn, until the last chart is; the processor time of the page's own
thread, which says more than the clock on a busy machine; and the weight of the page with all that it loads but
Plotly's script.

Belongs here: measuring. Not here: whether the pages are right (tests/browser).
"""

from __future__ import annotations

import argparse
import shutil
import statistics
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

PAGES = ("index", "objectives", "objective-lo-04", "headquarters", "burden", "simulate", "quality", "definitions")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
MARKS = ("first-contentful-paint", "in view drawn", "all drawn")
PUBLICATIONS = Path("data") / "publications"


def opened(browser: Browser, page: Path) -> tuple[float | None, ...]:
    """Seconds of the three marks, and of processor time; a mark that was not made is None."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    tab = context.new_page()
    session = context.new_cdp_session(tab)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    tab.goto(page.as_uri())
    tab.wait_for_selector("html[data-drawn=yes]", state="attached")
    marks: dict[str, float] = tab.evaluate(
        "Object.fromEntries(performance.getEntries().filter(e => ['mark', 'paint'].includes(e.entryType))"
        ".map(e => [e.name, e.startTime / 1000]))"
    )
    metrics: list[dict[str, Any]] = session.send("Performance.getMetrics")["metrics"]
    spent = next(m["value"] for m in metrics if m["name"] == "TaskDuration")
    context.close()
    return (*(marks.get(name) for name in MARKS), spent)


def measured(browser: Browser, page: Path, rounds: int) -> list[str]:
    columns = zip(*(opened(browser, page) for _ in range(rounds)), strict=True)
    return [
        f"{statistics.median(known):7.2f}" if (known := [v for v in c if v is not None]) else "      –" for c in columns
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
    asked = parser.parse_args()
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        raise SystemExit("no Chromium on the PATH; install it (on Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        for publication in asked.publications or [newest()]:
            site = publication.resolve() / "site"
            opened(browser, site / "index.html")  # the first page of a fresh browser pays for the browser
            print(f"{publication.name:28} painted  on screen  all drawn  processor      KB")
            for page in (p for p in PAGES if (site / f"{p}.html").is_file()):
                painted, shown, last, spent = measured(browser, site / f"{page}.html", asked.rounds)
                print(f"{page:28} {painted}    {shown}    {last}    {spent} {weight(site, page):7.0f}", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
