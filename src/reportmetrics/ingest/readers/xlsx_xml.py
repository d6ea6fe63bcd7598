"""Going through the XML of a workbook's parts, and the refusals that all of them share.

Belongs here: elements without their prefixes. Not here: what they mean (``xlsx_parts``, ``xlsx_facts``).
"""

from __future__ import annotations

from collections.abc import Callable
from xml.parsers import expat

from reportmetrics.ingest.readers.base import UnreadableError

TRUE = frozenset({"1", "true", "on"})


def not_a_workbook(said: str) -> UnreadableError:
    """The refusal of a file that is something else."""
    return UnreadableError("not_a_workbook", f"not an XLSX workbook ({said})", "save it as .xlsx and send it again")


def too_large(said: str) -> UnreadableError:
    """The refusal of a workbook beyond the caps."""
    return UnreadableError(
        "workbook_too_large",
        f"the workbook unpacks to {said}",
        "split it, or remove formatting of unused cells, and send it again",
    )


def parse(
    data: bytes,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Tell ``start``, ``end`` and ``text`` all elements, without prefixes. Raises ``UnreadableError``."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
    if end is not None:
        parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    if text is not None:
        parser.CharacterDataHandler = text

    def refuse(*_: object) -> None:
        said = "a part of the workbook declares a document type, which can hide other files or expand without end"
        raise UnreadableError("forbidden_xml", said, "save the workbook again with an office program")

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise not_a_workbook(f"line {error.lineno} of a part: {expat.errors.messages[error.code]}") from None
    except (LookupError, ValueError) as error:
        raise not_a_workbook(str(error)) from None
