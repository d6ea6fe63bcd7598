"""The committed sample as rows, for tests that know nothing of how it was made."""

import datetime as dt
from types import SimpleNamespace

import openpyxl
import pytest

from reportmetrics.profile.load import load_profile
from tests.unit.sample.sample_rows import ROME, ROOT, SAMPLE, latest, moment, read_all


@pytest.fixture(scope="session")
def profile():
    return load_profile(ROOT / "data" / "profiles" / "nmi")


@pytest.fixture(scope="session")
def activities():
    return latest(read_all("activity"), "id")


@pytest.fixture(scope="session")
def workbooks():
    """Report, Answers and Readings of all workbooks, each row a dict."""
    sheets = SimpleNamespace(Report=[], Answers=[], Readings=[])
    for path in sorted((SAMPLE / "assessment").glob("*.xlsx")):
        book = openpyxl.load_workbook(path, read_only=True)
        for name in ("Report", "Answers", "Readings"):
            header, *rows = book[name].iter_rows(values_only=True)
            getattr(sheets, name).extend({**dict(zip(header, row, strict=True)), "_file": path.name} for row in rows)
        book.close()
    return sheets


@pytest.fixture(scope="session")
def forms():
    return read_all("reports/forms")


@pytest.fixture(scope="session")
def objective_reports():
    return read_all("reports/objective", delimiter=";")


@pytest.fixture(scope="session")
def weekly_reports():
    return read_all("reports/weekly", delimiter=";")


@pytest.fixture(scope="session")
def readings(workbooks):
    """(indicator, day) -> value."""
    found = {}
    for row in workbooks.Readings:
        if not isinstance(row["Value"], str):
            found[row["Indicator"], dt.date.fromisoformat(row["Read on"])] = float(row["Value"])
    return found


@pytest.fixture(scope="session")
def requests():
    """Last told state of all requests by headquarters: raised, decided, withdrawn, outcome, and the row."""
    found = {}

    def add(hq, row, raised, decided, outcome, withdrawn=None):
        found.setdefault(hq, []).append(
            SimpleNamespace(raised=raised, decided=decided, withdrawn=withdrawn, outcome=outcome, row=row)
        )

    italian = "%d/%m/%Y %H:%M"
    rows = read_all("requests/jfc_naples", encoding="cp1252", delimiter=";", skip=2)
    for row in latest(rows, "N° PRATICA"):
        status = {"Aperta": "open", "Approvata": "approved", "Negata": "denied"}[row["STATO"]]
        times = (moment(row[c], italian, ROME) for c in ("APERTA IL", "DECISA IL"))
        add("JFC Naples", row, *times, status)
    for row in latest(read_all("requests/headquarters"), "request"):
        pattern = "%Y-%m-%d" if row["hq"] == "Training Command" else "%Y-%m-%d %H:%M"
        times = [moment(row[c], pattern) for c in ("raised", "decided", "withdrawn")]
        add(row["hq"], row, times[0], times[1], row["status"].lower(), times[2])
    for hq, folder in (("AIRCOM", "aircom"), ("JSEC", "jsec"), ("JFC Brunssum", "brunssum")):
        for row in latest(read_all(f"requests/{folder}"), "request"):
            add(hq, row, moment(row["raised"]), moment(row["decided"]), row["status"])
    for row in latest(read_all("requests/movement"), "request"):
        add("Force protection", row, moment(row["asked"]), moment(row["answered"]), row["answer"])
    for row in latest(read_all("requests/small_grants"), "grant"):
        times = (moment(row[c], "%Y-%m-%d") for c in ("asked", "answered"))
        add("Small grants desk", row, *times, row["answer"])
    return found
