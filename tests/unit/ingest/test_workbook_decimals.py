"""Numbers of a workbook with many decimals: as a spreadsheet shows them, whatever format hides them."""

from __future__ import annotations

import io

import pytest
import xlsxwriter

from tests.conftest import REQUESTS, SmallMission


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0.1234567891234, 0.1234567891234),
        (0.1 + 0.2, 0.3),  # 0.30000000000000004 in the file
        (2 / 3, 0.666666666666667),
        (123456.7890123456, 123456.789012346),
        (0.000012345678901, 0.000012345678901),
        (1e-10, 1e-10),
        (2.5, 2.5),
    ],
)
@pytest.mark.parametrize("look", ["General", "0.0%"])
def test_fifteen_digits_are_kept(mission: SmallMission, number: float, shown: float, look: str) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as made:
        sheet = made.add_worksheet("Log")
        sheet.write_row(0, 0, ["id", "raised", "decided", "outcome", "amount"])
        sheet.write_row(1, 0, ["A", "2021-02-01"])
        sheet.write_number(1, 4, number, made.add_format({"num_format": look}))
    columns = {**REQUESTS["columns"], "amount": "amount"}
    mission.sources = [
        {**REQUESTS, "reader": "xlsx", "files": "*.xlsx", "columns": columns, "options": {"sheet": "Log"}}
    ]
    mission.put("log.xlsx", buffer.getvalue())
    mission.ingest()
    assert mission.ask("SELECT amount FROM core.request") == [(shown,)]


@pytest.mark.parametrize("number", ["12345678.12", "20210105.1", "8388608.7", "1234567890123.4", "0.5", "-9999999.01"])
def test_as_a_text_and_in_a_condition_it_is_what_the_cell_shows(mission: SmallMission, number: str) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as made:
        sheet = made.add_worksheet("Log")
        sheet.write_row(0, 0, ["id", "raised", "decided", "outcome"])
        sheet.write_row(1, 0, [float(number), "2021-02-01"])
    condition = [{"from": "id", "is": number}]
    mission.sources = [
        {**REQUESTS, "reader": "xlsx", "files": "*.xlsx", "options": {"sheet": "Log"}, "only": condition}
    ]
    mission.put("log.xlsx", buffer.getvalue())
    mission.ingest()
    assert mission.ask("SELECT request_id FROM core.request") == [(number,)]
