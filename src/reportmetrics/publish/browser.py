"""Chromium, for what a published page cannot do by itself: become a PDF, a picture, a page without script.

Belongs here: finding the browser, opening a file in it, waiting until it is drawn. Not here: what is made of it
(``paper``, ``pictures``, ``mail``).

The browser is driven by the library that draws pictures for Plotly (Kaleido's own driver), is given no way to the
network, and leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import shutil
from collections.abc import Awaitable, Callable
from concurrent import futures
from pathlib import Path
from typing import Any, TypeVar

from reportmetrics.settings import browser_from_environment

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_NOWHERE = "http://127.0.0.1:9"
"""A proxy that answers nothing: whatever the browser would fetch of itself ends here. Files need no proxy."""
_WAIT_SECONDS = 60.0

T = TypeVar("T")


class BrowserError(Exception):
    """No browser is there, or it did not do what it was asked for; the text says what to do."""


class OpenPage:
    """A page that is open and drawn."""

    def __init__(self, tab: Any) -> None:
        self._tab = tab

    async def evaluate(self, expression: str) -> Any:
        """Value of a JavaScript expression (JSON types); a promise is waited for."""
        asked = {"expression": expression, "returnByValue": True, "awaitPromise": True}
        answer = (await self._command("Runtime.evaluate", asked))["result"]
        if answer.get("subtype") == "error":
            raise BrowserError(f"the page could not answer: {answer.get('description', 'unknown')}")
        return answer.get("value")

    async def pdf(self) -> bytes:
        """The page as its print style wants it: sheet size, margins and page numbers are the style's."""
        asked = {"preferCSSPageSize": True, "printBackground": True, "generateDocumentOutline": True}
        return base64.b64decode((await self._command("Page.printToPDF", asked))["data"])

    async def _command(self, name: str, asked: dict[str, Any]) -> dict[str, Any]:
        answer = await asyncio.wait_for(self._tab.send_command(name, params=asked), _WAIT_SECONDS)
        if "error" in answer:
            raise BrowserError(f"the browser refused {name}: {answer['error'].get('message', 'unknown')}")
        result: dict[str, Any] = answer["result"]
        return result


def with_page(file: Path, work: Callable[[OpenPage], Awaitable[T]]) -> T:
    """Open ``file`` and do ``work`` on it. Raises ``BrowserError``, also when the page is not drawn within a minute."""
    path = _browser()
    try:
        # A thread of its own: the caller's may run a loop already, as in a notebook.
        with futures.ThreadPoolExecutor(1) as thread:
            return thread.submit(lambda: asyncio.run(_with_page(path, file, work))).result()
    except TimeoutError:
        raise BrowserError(f"{path} did not answer within {_WAIT_SECONDS:.0f} seconds; try again") from None


async def _with_page(path: Path, file: Path, work: Callable[[OpenPage], Awaitable[T]]) -> T:
    import choreographer

    for noisy in ("choreographer", "logistro"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    async with choreographer.Browser(path=path, headless=True, enable_gpu=False, proxy_server=_NOWHERE) as browser:
        page = OpenPage(await browser.create_tab(file.resolve().as_uri()))
        ready = "document.readyState === 'complete' && document.documentElement.dataset.drawn === 'yes'"
        for _ in range(int(_WAIT_SECONDS / 0.05)):
            if await page.evaluate(ready):
                return await work(page)
            await asyncio.sleep(0.05)
    raise BrowserError(f"{file.name} was not drawn within {_WAIT_SECONDS:.0f} seconds; open it in a browser to see why")


def _browser() -> Path:
    given = browser_from_environment()
    if given is not None:
        if not given.is_file():
            raise BrowserError(f"REPORTMETRICS_CHROMIUM names {given}, which is not there; correct it")
        return given
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise BrowserError(
            "no Chromium is on the PATH: install it (on Debian: apt-get install chromium), or name one in "
            "REPORTMETRICS_CHROMIUM"
        )
    return Path(found)
