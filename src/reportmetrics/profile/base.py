"""What all profile models share: strictness, identifiers, time zones.

An unknown key is an error: a misspelt key that is ignored in silence is a wrong figure later.
"""

from __future__ import annotations

import functools
import unicodedata
import zoneinfo
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints


class Model(BaseModel):
    """Strict base of all profile models: unknown keys are refused, instances cannot be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


_zones = functools.cache(zoneinfo.available_timezones)
"""The list is made by walking through a folder, and a profile names a zone many times."""


def _known_zone(name: str) -> str:
    if name not in _zones():
        raise ValueError(f"'{name}' is not a time zone of the IANA list; write it like 'Asia/Baghdad' or 'UTC'")
    return name


TimeZone = Annotated[str, AfterValidator(_known_zone)]


def _as_seen(name: str) -> str:
    """What looks the same must be the same: files have identifiers as people type them."""
    for place, letter in enumerate(name, 1):
        kind = unicodedata.category(letter)
        if kind in ("Cc", "Cf", "Zl", "Zp") or (kind == "Zs" and letter != " "):
            called = unicodedata.name(letter, "control character").lower()
            raise ValueError(
                f"{name!a} holds a character that cannot be seen, or not be told from a space (character {place}, "
                f"U+{ord(letter):04X}, {called}); type it anew without"
            )
    if not unicodedata.is_normalized("NFC", name):
        composed = unicodedata.normalize("NFC", name)
        raise ValueError(f"{name!a} has a letter put together of several characters; write it {composed!a}")
    return name


Identifier = Annotated[
    str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True), AfterValidator(_as_seen)
]

ColumnName = Annotated[str, AfterValidator(functools.partial(unicodedata.normalize, "NFC"))]
"""Name of a column of a file, or of one that a mapping makes: readers put the letters of such names together too."""
