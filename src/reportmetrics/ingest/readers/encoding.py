"""Bytes to text, in the encoding that the source declares. Nothing is sniffed."""

from __future__ import annotations

import codecs
from pathlib import Path

from reportmetrics.ingest.readers.base import UnreadableError

PACKED = b"PK\x03\x04"
"""How a zip archive begins, and with it every workbook."""


_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""Byte order marks, the longer ones first, as one begins with another."""


SEEMS_UTF8 = "the file seems to be UTF-8"
"""Part of the note on a file that was declared otherwise."""


def other_mark(begins: bytes, encoding: str) -> str | None:
    """The encoding whose mark a file begins with, where that is another than the declared one."""
    found = next((name for mark, name in _MARKS.items() if begins.startswith(mark)), None)
    return None if found is None or codecs.lookup(encoding).name.startswith(found) else found


def decoded(data: bytes, encoding: str) -> str:
    """The text of a file, without byte order mark.

    Raises ``UnreadableError`` when the file is empty, is a workbook, is not in ``encoding``, or holds NUL characters.
    """
    if not data.strip():
        raise UnreadableError("empty_file", "the file is empty", "send the file again")
    if data.startswith(PACKED):
        said = "the file is a workbook or a zip archive, whatever its name says"
        raise UnreadableError("not_text", said, "save the sheet as CSV, or declare 'reader: xlsx'")
    other = other_mark(data[:4], encoding)
    if other is not None:
        said = f"the file is {other.upper()}, as its first bytes say"
        raise UnreadableError("wrong_encoding", said, f"save it as {encoding}, or declare '{other}' in 'options'")
    try:
        text = data.decode(encoding)
    except UnicodeError as error:
        at = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = data.count(b"\n", 0, at) + 1
        raise UnreadableError(
            "wrong_encoding",
            f"line {line} is not {encoding} text (byte {at})",
            f"save the file as {encoding}, or declare its encoding in 'options'",
        ) from None
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise UnreadableError("nul_character", f"line {line} holds a NUL character", "export the file again as text")
    return text.removeprefix("\ufeff")


def utf8_note(path: Path, encoding: str) -> str | None:
    """What is said of a file that is declared to be of another encoding and whose bytes are UTF-8, umlauts and all.

    Text of an encoding with a byte a letter is so by accident only where it has hardly a letter beyond ASCII.
    """
    if codecs.lookup(encoding).name.startswith(("utf", "ascii")):
        return None
    found: tuple[int, str] | None = None
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.isascii():
                continue
            try:
                text = line.decode()
            except UnicodeDecodeError:
                return None
            found = found or (number, next(letter for letter in text if not letter.isascii()))
    if found is None:
        return None
    number, letter = found
    return (
        f"line {number} holds '{letter.encode().decode(encoding, 'replace')}', which is '{letter}' in UTF-8: "
        f"{SEEMS_UTF8}; declare 'encoding: utf-8' in 'options', or have it saved as {encoding}"
    )
