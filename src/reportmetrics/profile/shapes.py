"""Models of the part of a mapping that says which records a file's rows are.

Belongs here: columns or parts of a cell that become rows of their own, and rows that are left out. Not here: where a
canonical column's value comes from (``sources``).
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from reportmetrics.profile.base import ColumnName, Model


class Unpivot(Model):
    """Turns columns into rows: one row per matching column, its name in ``name_to``, its cell in ``value_to``.

    ``name_to`` and ``value_to`` are names that ``from`` of a column can then use.
    """

    columns: Annotated[ColumnName, Field(description="regular expression that matches the whole column name")]
    name_to: ColumnName
    value_to: ColumnName
    drop_blank: Annotated[bool, Field(description="cells without entry give no row")] = True


class Explode(Model):
    """Turns a row that holds several records into that many rows; all its other cells repeat on each of them.

    Either a cell with a separator (``from``, ``separator``, ``to``) or numbered groups of columns (``columns``). The
    names that are made are names that ``from`` of a column can then use.
    """

    from_: Annotated[
        ColumnName | list[ColumnName] | None,
        Field(alias="from", description="column whose cell holds several, or its aliases"),
    ] = None
    separator: Annotated[str | list[str] | None, Field(description="text, or texts, between the parts")] = None
    to: Annotated[ColumnName | None, Field(description="name that is made: the part, without outer blanks")] = None
    columns: Annotated[
        ColumnName | None,
        Field(
            description="regular expression that matches the whole name of a column of a group, with the groups "
            "(?P<name>...), which is the name that is made, and (?P<number>...), which tells the records apart"
        ),
    ] = None
    number_to: Annotated[
        ColumnName | None, Field(description="name that is made: the number of the group, or of the part from 1")
    ] = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        cell = [n for n, v in (("from", self.from_), ("separator", self.separator), ("to", self.to)) if v]
        if self.columns is not None and cell:
            raise ValueError(
                f"give either 'columns', or 'from', 'separator' and 'to' (given: columns, {', '.join(cell)})"
            )
        if self.columns is None and len(cell) < 3:
            raise ValueError("give 'columns', or 'from', 'separator' and 'to' together")
        return self

    @property
    def candidates(self) -> tuple[str, ...]:
        """Names under which the file may hold the column that is split."""
        return several(self.from_)

    @property
    def separators(self) -> tuple[str, ...]:
        """Texts between the parts."""
        return several(self.separator)


class Condition(Model):
    """A condition on a column of the file: exactly one of ``is``, ``matches``, ``blank``."""

    from_: Annotated[
        ColumnName | list[ColumnName], Field(alias="from", description="column of the file, or its aliases")
    ]
    is_: Annotated[str | list[str] | None, Field(alias="is", description="the cell is one of these texts")] = None
    matches: Annotated[str | None, Field(description="regular expression that matches the whole cell")] = None
    blank: Annotated[bool | None, Field(description="nothing is entered (true), or something is (false)")] = None
    ignore_case: bool = False
    and_: Annotated[
        list[Condition], Field(alias="and", description="conditions that must hold as well, or it does not hold")
    ] = []

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        given = [n for n, v in (("is", self.is_), ("matches", self.matches), ("blank", self.blank)) if v is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of 'is', 'matches' and 'blank' (given: {', '.join(given) or 'none'})")
        return self

    @property
    def candidates(self) -> tuple[str, ...]:
        """Names under which the file may hold the column, in order of preference."""
        return several(self.from_)

    @property
    def parts(self) -> tuple[Condition, ...]:
        """The condition itself and all that must hold as well."""
        return (self, *(part for other in self.and_ for part in other.parts))

    @property
    def words(self) -> str:
        """The condition as a person reads it."""
        return " and ".join(part.own_words for part in self.parts)

    @property
    def own_words(self) -> str:
        """The condition without what must hold as well."""
        name = self.candidates[0]
        if self.blank is not None:
            return f"{name} is {'blank' if self.blank else 'not blank'}"
        if self.matches is not None:
            return f"{name} is like {self.matches}"
        return f"{name} is {' or '.join(several(self.is_))}"


def several(given: str | list[str] | None) -> tuple[str, ...]:
    """One text or a list of them, as a tuple."""
    return () if given is None else (given,) if isinstance(given, str) else tuple(given)
