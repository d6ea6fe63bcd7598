"""A page between its content and its HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from reportmetrics.publish.blocks import Block, Facet


@dataclass(frozen=True, slots=True)
class Page:
    """A page ready to be rendered.

    ``blocks`` are those that ``content`` places, listed so that their data is exported. A page without
    ``navigation`` is reached from another one, ``under``, which is then marked as the current entry.
    """

    file: str
    template: str
    navigation: str | None
    crumb: Sequence[str]
    heading: str
    lede: str
    blocks: Sequence[Block] = ()
    content: dict[str, Any] = field(default_factory=dict)
    under: str | None = None
    about: tuple[Facet, str] | None = None
    """The one choice of a filter that the whole page is about."""

    @property
    def has_charts(self) -> bool:
        """Whether anything is drawn on it, so that Plotly's script is fetched while its words are laid out."""
        return any(block.chart for block in self.blocks)

    @property
    def elsewhere(self) -> str:
        """The same page in another publication, where the first headquarters may be another one and files so too.

        The page there leads on to the one about the same choice.
        """
        if self.about is None or self.under is None or self.about[0] != "hq":
            return self.file
        return f"{self.under}#{urlencode([self.about])}"
