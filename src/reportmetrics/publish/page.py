"""A page between its content and its HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from reportmetrics.publish.blocks import Block


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
