"""Rows of tables as HTML: what a cell says, what it is sorted by, and that nothing in it is taken for markup."""

from __future__ import annotations

import jinja2
import pytest

from reportmetrics.publish.blocks import Cell, Column, Table, estimate_cell, interval_cell, number_cell
from reportmetrics.publish.cells import table_rows
from reportmetrics.publish.numbers import percent


def test_the_first_cell_is_the_head_of_its_row_and_numbers_are_sorted_as_such() -> None:
    columns = [Column("Unit"), Column("Days", "right")]
    table = Table("Waits", columns, [[Cell("Alpha", "Alpha"), Cell("1\u202f234", 1234, strong=True)]])
    assert table_rows(table) == (
        '<tr><th scope="row" class="left short"><bdi>Alpha</bdi></th>\n'
        '<td data-sort="1234" class="right strong short"><bdi>1\u202f234</bdi></td>\n</tr>\n'
    )


def test_text_from_outside_stays_text() -> None:
    cell = Cell('<img src=x onerror="a()">', "\"'<&", href='x" onclick="a()')
    html = table_rows(Table("", [Column("A")], [[cell]]))
    assert "<img" not in html
    assert 'onclick="' not in html
    assert 'data-sort="&#34;&#39;&lt;&amp;"' in html
    template = jinja2.Environment(autoescape=True).from_string("{{ rows }}")
    assert template.render(rows=html) == html


@pytest.mark.parametrize(("share", "drawn"), [(0.256, '<span class="bar" style="width:25.6%"></span>'), (None, "")])
def test_a_bar_is_as_wide_as_its_share(share: float | None, drawn: str) -> None:
    table = Table("", [Column("A"), Column("", bar=True)], [[Cell("a"), Cell("26 %", share)]])
    assert f">{drawn}</td>" in table_rows(table)


def test_a_row_with_a_cell_too_many_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        table_rows(Table("", [Column("A")], [[Cell("a"), Cell("b")]]))


def test_intervals_are_exported_with_both_ends() -> None:
    columns = [Column("Ended as"), Column("Share", "right"), Column("Interval", "right")]
    rows = [
        [Cell("Approved", "Approved"), estimate_cell(0.25, 0.2, None, percent), interval_cell(0.2, 0.3, percent)],
        [Cell("Denied", "Denied"), number_cell(None, percent, reason="no event"), interval_cell(None, None, percent)],
    ]
    heads, values = Table("", columns, rows).records()
    assert heads == ["Ended as", "Share", "Share, lower", "Share, upper", "Interval, from", "Interval, to"]
    assert values == [["Approved", 0.25, 0.2, None, 0.2, 0.3], ["Denied", None, None, None, None, None]]
