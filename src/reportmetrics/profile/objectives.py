"""Models of ``objectives.yaml`` and ``indicators.yaml``: what the mission is for, and how change is read."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from reportmetrics.profile.base import Identifier, Model


class Objective(Model):
    """A long-term objective agreed with the host nation."""

    objective_id: Identifier
    name: str
    aim: Annotated[str, Field(description="the objective in a sentence")]
    owner: str
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


class Indicator(Model):
    """One version of an indicator. Several entries with one ``indicator_id`` are its versions, told apart by dates."""

    indicator_id: Identifier
    objective_id: Identifier
    name: str
    level: Literal["output", "outcome", "impact"]
    unit: str
    direction: Literal["rise", "fall", "maintain"] | None = None
    baseline: float | None = None
    baseline_on: dt.date | None = None
    target: float | None = None
    target_on: dt.date | None = None
    tolerance: Annotated[float, Field(ge=0, description="for 'maintain': how far off still counts as met")] | None = (
        None
    )
    minimum: Annotated[float | None, Field(allow_inf_nan=False, description="least reading that is possible")] = None
    maximum: Annotated[float | None, Field(allow_inf_nan=False, description="largest reading that is possible")] = None
    noise: Annotated[float, Field(ge=0, description="change of progress that is not yet a change")] = 0.0
    interval_days: Annotated[int, Field(ge=1, description="days between two readings, as agreed")] = 28
    cumulative: Annotated[bool, Field(description="a running total: never summed")] = False
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None


class ObjectivesFile(Model):
    """``objectives.yaml``."""

    objectives: list[Objective]


class IndicatorsFile(Model):
    """``indicators.yaml``."""

    indicators: list[Indicator]
