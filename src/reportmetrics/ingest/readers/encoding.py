"""Bytes to text, in the encoding that the source declares. Nothing is sniffed."""

from __future__ import annotations

from reportmetrics.ingest.readers.base import UnreadableError

PACKED = b"PK\x03\x04"
"""How a zip archive begins, and with it every workbook."""


def decoded(data: bytes, encoding: str) -> str:
    """The text of a file, without byte order mark.

    Raises ``UnreadableError`` when the file is empty, is a workbook, is not in ``encoding``, or holds NUL characters.
    """
    if not data.strip():
        raise UnreadableError("empty_file", "the file is empty", "send the file again")
    if data.startswith(PACKED):
        said = "the file is a workbook or a zip archive, whatever its name says"
        raise UnreadableError("not_text", said, "save the sheet as CSV, or declare 'reader: xlsx'")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") and not encoding.lower().replace("_", "-").startswith("utf-16"):
        raise UnreadableError("wrong_encoding", "the file is UTF-16", f"save it as {encoding}, or declare 'utf-16'")
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
