"""Tabs of a browser, used again: most of a first visit goes into compiling what a later one of the same tab has ready.

A visit starts from a blank page, with nothing stored, no media set and the mouse in the corner, as in a fresh tab.
Tabs for files and tabs for http are kept apart, since a browser gives them processes of their own.

Belongs here: opening, noting what a page complains about and asks for, leaving. Not here: what pages must be.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from playwright.sync_api import Error

HEIGHT = 900


class Tabs:
    """Tabs that nobody uses at the moment, by kind of address."""

    def __init__(self, browser) -> None:
        self._browser = browser
        self._free: dict[str, list[Tab]] = defaultdict(list)

    def visit(self, address: str | Path, *, width: int = 1440, color_scheme: str = "light") -> Visit:
        """Open ``address`` and wait until its charts are drawn."""
        address = address.as_uri() if isinstance(address, Path) else address
        kind = address.partition(":")[0]
        tab = self._free[kind].pop() if self._free[kind] else Tab(self._browser)
        return Visit(tab, self._free[kind], address, width, color_scheme)


class Tab:
    """A tab; what its page says and asks for goes to the visit that it is used for."""

    def __init__(self, browser) -> None:
        self.context = browser.new_context(viewport={"width": 1440, "height": HEIGHT})
        self.page = self.context.new_page()
        self.visit: Visit | None = None
        self.page.on("console", lambda m: self._complain(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda e: self._complain(str(e)))
        self.page.on("request", lambda r: self.visit and self.visit.requests.append(r.url))
        self.page.on("dialog", self._dismiss)

    def _complain(self, text: str) -> None:
        if self.visit is not None:
            self.visit.complaints.append(text)

    def _dismiss(self, dialog) -> None:
        if self.visit is not None:
            self.visit.dialogs.append(dialog.message)
        dialog.dismiss()

    def blank(self) -> None:
        """Forget what the last visit left."""
        self.page.evaluate("() => { try { localStorage.clear(); sessionStorage.clear(); } catch { /* barred */ } }")
        self.visit = None
        self.page.mouse.move(0, 0)
        self.page.emulate_media(media="null", color_scheme="light")
        self.page.goto("about:blank")


class Visit:
    """A page in the browser, with what it complained about, what it asked for, and dialogs that it opened."""

    def __init__(self, tab: Tab, free: list[Tab], address: str, width: int, color_scheme: str) -> None:
        self.page = tab.page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.dialogs: list[str] = []
        self._tab: Tab | None = tab
        self._free = free
        tab.visit = self
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        self.page.emulate_media(color_scheme=color_scheme)
        self.page.goto(address)
        if "/site/" in address:
            self.page.wait_for_selector("html[data-drawn=yes]", state="attached")

    def close(self) -> None:
        """Leave the page and give the tab back; one that cannot be left is closed."""
        tab, self._tab = self._tab, None
        if tab is None:
            return
        try:
            tab.blank()
        except Error:
            tab.context.close()
        else:
            self._free.append(tab)
