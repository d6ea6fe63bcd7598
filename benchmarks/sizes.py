"""The sizes that a benchmark is run with, as they are typed: whole numbers, all of which may be left out.

Belongs here: reading the command line. Not here: what is measured.
"""

from __future__ import annotations

import argparse


def sizes(doc: str | None, **usual: int) -> list[int]:
    """One number for each name, typed or usual, in the order of the names; ``--help`` tells `doc` and what is usual."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, number in usual.items():
        parser.add_argument(name, nargs="?", type=_number, default=number, help=f"usually {number:,}")
    given = vars(parser.parse_args())
    return [given[name] for name in usual]


def _number(text: str) -> int:
    """A whole number of one or more, with or without ``_`` between its digits."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"a whole number of one or more is needed, such as 1_000, not {text!r}")
    return number
