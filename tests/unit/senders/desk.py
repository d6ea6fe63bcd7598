"""A desk where entry forms are made, filled in with a spreadsheet program and taken in."""

from __future__ import annotations

import datetime as dt
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl

from reportmetrics.ingest.ledger import Delivery
from reportmetrics.ingest.run import ingest
from reportmetrics.profile.load import Profile, load_profile
from reportmetrics.profile.sources import Source
from reportmetrics.profile.templates import Template
from reportmetrics.senders.form import write_form
from reportmetrics.senders.last_known import Due, next_due
from reportmetrics.senders.rejected import rejected
from reportmetrics.settings import Settings
from reportmetrics.warehouse.snapshot import make_snapshot
from reportmetrics.warehouse.store import Store
from tests.unit.passing import mark_passed

NMI = Path(__file__).parents[3] / "data" / "profiles" / "nmi"
PROFILE = load_profile(NMI)
TODAY = dt.date(2021, 3, 10)


@dataclass
class Desk:
    """The reference mission with an empty warehouse: make a form, fill it in, take it in."""

    folder: Path
    profile: Profile = PROFILE

    @property
    def settings(self) -> Settings:
        return Settings(profile=NMI, home=self.folder / "home", landing=self.folder / "landing")

    def form(self, template: Template, unit: str, day: str | None = None) -> tuple[Path, Due]:
        path = self.folder / "form.xlsx"
        given = dt.date.fromisoformat(day) if day else None
        with Store(self.settings.warehouse) as store:
            due = next_due(store, self.profile, template, unit, today=TODAY, day=given)
        write_form(path, self.profile, template, due)
        return path, due

    def send(self, path: Path, name: str, **entries: Any) -> list[Delivery]:
        """Fill in when it was sent, and ``entries`` on the sheet Answers: column and row -> value."""
        book = openpyxl.load_workbook(path)
        book["Report"]["H2"] = dt.datetime(2021, 3, 10, 9, 30)
        for cell, value in entries.items():
            book["Answers"][cell] = value
        self.put(book, f"forms/{name}.xlsx")
        return self.ingest()

    def put(self, book: openpyxl.Workbook, name: str) -> None:
        target = self.settings.landing / name
        target.parent.mkdir(parents=True, exist_ok=True)
        book.save(target)
        hour_ago = time.time() - 3_600
        os.utime(target, (hour_ago, hour_ago))

    def ingest(self) -> list[Delivery]:
        return ingest(self.settings, self.profile, now=dt.datetime(2021, 3, 11)).deliveries

    def told_otherwise(self, text: str, field: str, **answer: str) -> list[Delivery]:
        """Take in a CSV of another source that answers one question; ``answer``: canonical to file's column."""
        told = self.settings.landing / "told.csv"
        told.write_text(text)
        os.utime(told, (0, 0))
        source = {
            "source": "told",
            "title": "Told otherwise",
            "sender": "desk",
            "files": "told.csv",
            "reader": "csv",
            "table": "report_field",
            "columns": {"report_id": "report", "field_id": {"value": field}, **answer},
        }
        self.profile = replace(self.profile, sources=[*self.profile.sources, Source.model_validate(source)])
        return self.ingest()

    def refusals(self) -> pl.DataFrame:
        """All that was refused, and what became of it."""
        with Store(self.settings.warehouse) as store:
            return rejected(store, self.profile)

    def snapshot(self, table: str) -> pl.DataFrame:
        """A table of the snapshot ten days later."""
        with Store(self.settings.warehouse) as store:
            mark_passed(store)
            day = TODAY + dt.timedelta(days=10)
            made = make_snapshot(store, self.profile, as_of=day, target=self.folder / table)
        return pl.read_parquet(sorted((made.folder / table).glob("*.parquet")))

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with Store(self.settings.warehouse) as store:
            return store.connection.execute(sql).fetchall()


def template(template_id: str) -> Template:
    return next(t for t in PROFILE.templates if t.template_id == template_id)


def answers_of(desk: Desk, due: Due) -> list[tuple[Any, ...]]:
    return desk.ask(
        "SELECT field_id, value_number, value_text, confirmed_unchanged FROM core.report_field "
        f"WHERE report_id = '{due.report_id}' ORDER BY ALL"
    )
