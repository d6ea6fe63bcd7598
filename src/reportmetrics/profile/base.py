"""What all profile models share: strictness, identifiers, time zones.

An unknown key is an error: a misspelt key that is ignored in silence is a wrong figure later.
"""

from __future__ import annotations

import functools
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
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]
