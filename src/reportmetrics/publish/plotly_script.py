"""Plotly's own script, as pages load it.

Belongs here: finding it in the wheel, and the two brackets below. Not here: drawing with it (``charts.js``).

The wheel's script hands all of its 5 MB to the browser as one function that is not in brackets. Browsers take such a
function for one that may never be called: they skim it beside the page while it loads, and read it once more, now with
the page standing still, when it is called. In brackets it is read whole the first time. Nothing else is changed.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

NAME = "plotly.min.js"

OPENING = b'this, () => {\n"use strict"'
CLOSING = b"}));"


def from_the_wheel() -> Path:
    """``plotly.min.js`` as the wheel brings it, found without importing Plotly."""
    spec = importlib.util.find_spec("plotly")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("plotly is not installed; install the pinned requirements again")
    return Path(spec.origin).parent / "package_data" / NAME


def plotly_script() -> bytes:
    """The script with its one function in brackets; as it is, where it is not built as expected."""
    script = from_the_wheel().read_bytes()
    if script.count(OPENING) != 1 or not script.endswith(CLOSING):
        return script
    before, after = script.split(OPENING)
    return b"".join([before, OPENING.replace(b"()", b"(()"), after.removesuffix(CLOSING), b"})));"])
