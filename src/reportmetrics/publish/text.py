"""Text that comes from outside, made safe for where it is put.

Jinja escapes what goes into HTML. Belongs here: the other places, which Jinja does not know of: Plotly's
pseudo-HTML, JSON inside a script element, strings inside a style element, cells of a spreadsheet.
"""

from __future__ import annotations

import hashlib
import json
import re
import textwrap
import unicodedata
from typing import Any

_RIGHT_TO_LEFT = ("R", "AL", "AN")
_RUN = re.compile(r"[\t\r\n\f\v][ \t\r\n\f\v]*| [ \t\r\n\f\v]+")
"""White space that is not one space already."""
_FRENCH = re.compile("(?<=\u00ab) | (?=[\u00bb;:!?])")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def for_plotly(text: str) -> str:
    """``text`` shown by Plotly as typed: no tags, no template braces, no line breaks of its own."""
    text = bound(_one_line(text))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("%{", "%\u200b{")


def shortened(text: str, width: int) -> str:
    """``text`` in at most ``width`` characters, an ellipsis where it was cut."""
    text = _one_line(text)
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def folded(text: str, width: int) -> list[str]:
    """``text`` on at most two lines of ``width`` characters, an ellipsis where it was cut."""
    lines = textwrap.wrap(_one_line(text), width, break_long_words=True) or [""]
    return lines if len(lines) < 3 else [lines[0], shortened(" ".join(lines[1:]), width)]


def two_lines(text: str, width: int) -> str:
    """``text`` for Plotly, folded; what is written from right to left keeps to itself on each line."""
    return "<br>".join(for_plotly(isolated(line)) for line in folded(text, width))


def _one_line(text: str) -> str:
    """Runs of ordinary white space become one space; no-break spaces, which are meant, stay."""
    return _RUN.sub(" ", text).strip(" ")


def for_script(value: Any) -> str:
    """JSON that can stand inside a script element: it cannot close it, nor open a comment."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return (
        text.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


def isolated(text: str) -> str:
    """``text`` fit to stand in a sentence of ours: what is written from right to left keeps to itself.

    Without the two invisible marks, a name in Arabic would take the punctuation and numbers beside it into its own
    direction.
    """
    if text.isascii() or not any(unicodedata.bidirectional(c) in _RIGHT_TO_LEFT for c in text):
        return text
    return f"\u2068{text}\u2069"


def curly(text: str) -> str:
    """``text`` with the apostrophes of 's and s' as they are printed; figures bring them as typed in SQL."""
    return re.sub(r"(?<=\w)'(?=s\b)|(?<=s)'(?= )", "\u2019", text)


def bound(text: str) -> str:
    """``text`` with the spaces of French punctuation made no-break: ``« oui »``, ``combien ?``."""
    return _FRENCH.sub("\u00a0", text) if " " in text else text


def for_style(text: str) -> str:
    """``text`` as a CSS string in quotes, fit for a style element: it can end neither."""

    def plain(character: str) -> bool:
        return character.isalnum() or character in " .,:;()-\u00b7\u2013"

    return '"' + "".join(c if plain(c) else f"\\{ord(c):x} " for c in bound(_one_line(text))) + '"'


def for_spreadsheet(cell: object) -> object:
    """A text cell that a spreadsheet would take for a formula gets a leading apostrophe; numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


def slug(text: str) -> str:
    """Lower-case letters, digits and hyphens for a file name, different for texts that differ by more than capitals.

    Where anything but spaces had to go, a few digits of the text's hash tell it from others that look alike.
    """
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40]
    if re.fullmatch(r"[A-Za-z0-9]+( [A-Za-z0-9]+)*", text) and len(text) <= 40:
        return plain
    return f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:8]}".strip("-")


def for_shell(text: str) -> str:
    """``text`` as one word of a POSIX shell command, quoted only where it must be."""
    return text if re.fullmatch(r"[A-Za-z0-9_./:=@-]+", text) else "'" + text.replace("'", "'\\''") + "'"
