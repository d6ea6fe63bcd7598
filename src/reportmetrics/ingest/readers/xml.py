"""Walking an XML file that others made: streamed, and without anything that XML can smuggle in.

Belongs here: the parser and its refusals. Not here: what elements mean (``iati``, ``xes``).

The file passes by piece by piece, so memory does not grow with it. A document type declaration is refused: without one
there are no entities, so a file can neither expand without end nor have other files read.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from xml.parsers import expat

from reportmetrics.ingest.readers.base import UnreadableError

_DEEPEST = 200
"""Elements within elements; real files have about ten."""


class Handler(Protocol):
    """What is told of elements, in the order of the file. ``text`` is the text directly before the end tag."""

    def start(self, path: list[str], attributes: dict[str, str], line: int) -> None:
        """An element begins; ``path`` is the names from the root to it."""
        ...

    def end(self, path: list[str], text: str) -> None:
        """An element ends."""
        ...


def walk(file_path: Path, handler: Handler, root: str) -> None:
    """Tell ``handler`` all elements of a file whose outermost one is ``root``.

    Raises ``UnreadableError``: empty, not well-formed, cut off, a document type declaration, another root.
    """
    if file_path.stat().st_size == 0:
        raise UnreadableError("empty_file", "the file is empty", "send the file again")
    parser = expat.ParserCreate()
    parser.buffer_text = True
    path: list[str] = []
    text: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        line = parser.CurrentLineNumber
        path.append(name)
        text.clear()
        if len(path) == 1 and name != root:
            said = f"the outermost element is <{name}> and not <{root}>"
            raise UnreadableError("unknown_format", said, "send the agreed export, or correct 'reader'")
        if len(path) > _DEEPEST:
            said = f"line {line}: more than {_DEEPEST} elements within each other"
            raise UnreadableError("nested_value", said, "export the file again")
        handler.start(path, attributes, line)

    def end(_: str) -> None:
        handler.end(path, "".join(text))
        path.pop()
        text.clear()

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text.append
    parser.StartDoctypeDeclHandler = _refusal(parser)
    try:
        with file_path.open("rb") as file:
            parser.ParseFile(file)
    except expat.ExpatError as error:
        said = expat.errors.messages[error.code]
        raise UnreadableError(
            "broken_xml", f"line {error.lineno}: not well-formed XML ({said})", "export it again and send it whole"
        ) from None
    except (LookupError, ValueError) as error:
        raise UnreadableError("wrong_encoding", f"not readable text ({error})", "save the file as UTF-8") from None


def _refusal(parser: expat.XMLParserType) -> Callable[..., None]:
    def refuse(*_: object) -> None:
        raise UnreadableError(
            "forbidden_xml",
            f"line {parser.CurrentLineNumber}: the file declares a document type, which can hide other files or "
            "expand without end",
            "export it again without DOCTYPE",
        )

    return refuse
