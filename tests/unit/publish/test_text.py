"""Text from outside, where Jinja does not escape it."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportmetrics.publish import text


def test_plotly_shows_markup_as_typed():
    assert text.for_plotly("<b>x</b> & <script>") == "&lt;b&gt;x&lt;/b&gt; &amp; &lt;script&gt;"
    assert "%{" not in text.for_plotly("%{customdata}")


@given(st.text())
def test_no_text_leaves_a_tag_for_plotly(value):
    assert "<" not in text.for_plotly(value)
    assert ">" not in text.for_plotly(value)


@given(st.text())
def test_json_in_a_script_element_is_the_same_text_and_cannot_end_it(value):
    written = text.for_script({"x": value})
    assert json.loads(written) == {"x": value}
    assert not set(written) & set("<>&\u2028\u2029")


@given(st.text())
def test_a_string_in_a_style_element_is_the_same_text_and_ends_neither(value):
    written = text.for_style(value)
    inside = written[1:-1]
    assert written[0] + written[-1] == '""'
    assert not set(inside) & set('"<>&{}\n\r\f')
    read = re.sub(r"\\([0-9a-f]+) ", lambda m: chr(int(m[1], 16)), inside)
    assert read == text.bound(re.sub(r"[ \t\r\n\f\v]+", " ", value).strip(" "))


def test_json_refuses_what_is_no_json():
    with pytest.raises(ValueError, match="Out of range"):
        text.for_script(float("nan"))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_cells_that_look_like_formulas_get_an_apostrophe(start):
    assert text.for_spreadsheet(f"{start}1+1") == f"'{start}1+1"


def test_numbers_and_plain_text_stay_as_they_are():
    assert text.for_spreadsheet(-0.3) == -0.3
    assert text.for_spreadsheet("a=b") == "a=b"
    assert text.for_spreadsheet(None) is None


def test_long_names_take_two_lines_and_an_ellipsis():
    assert text.two_lines("Small grants desk", 20) == "Small grants desk"
    lines = text.two_lines("word " * 60, 20).split("<br>")
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert all(len(line) <= 20 for line in lines)
    assert "<" not in text.two_lines("<script>" * 40, 10).replace("<br>", "")


def test_shell_words_are_quoted_only_where_they_must_be():
    assert text.for_shell("objective_id=LO-03") == "objective_id=LO-03"
    assert text.for_shell("hq=JFC Naples") == "'hq=JFC Naples'"
    assert text.for_shell("hq=$(rm); 'x'") == "'hq=$(rm); '\\''x'\\'''"


def test_slugs_are_file_names():
    assert text.slug("JFC Naples") == "jfc-naples"
    assert re.fullmatch(r"etc-[0-9a-f]{8}", text.slug("../../etc"))
    assert re.fullmatch(r"[0-9a-f]{8}", text.slug("بغداد"))
    assert len(text.slug("x" * 300)) < 60
    assert len({text.slug(t) for t in ("J-6", "J 6", "J/6", "بغداد", "أربيل")}) == 5
