"""Text novelty against a plain implementation, and with texts as they come: Arabic, empty, a megabyte long."""

from __future__ import annotations

import datetime as dt
import random
import re
import unicodedata
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from reportmetrics.warehouse.narrative_words import words_of
from reportmetrics.warehouse.text_novelty import LOOK_BACK, _order, compare, text_novelty

FIRST = dt.date(2021, 1, 4)


def reports(*texts: str | None, unit: str = "u") -> pl.DataFrame:
    """One series of weekly reports with these narratives."""
    rows = [
        {
            "row_key": f"{unit}{n:04d}",
            "report_id": f"{unit}{n:04d}",
            "template_id": "t",
            "unit_id": unit,
            "reporter_id": "p",
            "period_start": FIRST + dt.timedelta(weeks=n),
            "submitted_at": dt.datetime(2021, 1, 11) + dt.timedelta(weeks=n),
            "narrative": text,
            "revision": 0,
        }
        for n, text in enumerate(texts)
    ]
    return pl.DataFrame(rows, schema_overrides={"narrative": pl.String})


def counts(*texts: str | None) -> list[tuple[int, int | None]]:
    found = compare(reports(*texts).filter(pl.col("narrative").is_not_null()))
    return found.sort("row_key").select("words", "new_words").rows()


def plain(texts: list[list[str]]) -> list[int | None]:
    """The definition, word by word."""
    found: list[int | None] = []
    for k, text in enumerate(texts):
        seen = {tuple(t[i : i + 3]) for t in texts[max(0, k - LOOK_BACK) : k] for i in range(len(t) - 2)}
        old = [False] * len(text)
        for i in range(len(text) - 2):
            if tuple(text[i : i + 3]) in seen:
                old[i : i + 3] = [True] * 3
        found.append(None if k == 0 else old.count(False))
    return found


def test_a_word_is_old_inside_a_copied_run_of_three() -> None:
    assert counts("the board met again", "then the board met twice") == [(4, None), (5, 2)]


def test_two_words_in_a_row_are_no_copy() -> None:
    assert counts("the board met", "the board sat") == [(3, None), (3, 3)]


def test_another_number_in_a_copied_sentence_is_still_a_copy() -> None:
    assert counts("we met 14 officers today", "We met 15 officers today.")[1] == (5, 0)


def test_a_text_is_forgotten_after_four_others() -> None:
    copied = "alpha bravo charlie"
    others = [f"{w} {w} {w}" for w in ("one", "two", "three", "four")]
    assert counts(copied, *others[:3], copied)[-1] == (3, 0)
    assert counts(copied, *others, copied)[-1] == (3, 3)


def test_empty_narratives_are_none_and_do_not_push_others_out() -> None:
    copied = "alpha bravo charlie"
    assert counts(copied, "", " ... ", None, "", "-", copied) == [(3, None), (3, 0)]


def test_nothing_but_empty_narratives() -> None:
    assert counts("", " ") == []
    assert counts("one two", "one") == [(2, None), (1, 1)]


def test_arabic_with_marks_and_its_own_digits() -> None:
    first = "التقى المستشار بالمدير العام ٣ مرات"
    again = "التقى المستشار بالمدير العام ٧ مرات ثم غادر"
    assert counts(first, again) == [(6, None), (8, 2)]
    assert counts("حَضَرَ الوَفدُ اليَومَ", "حَضَرَ الوَفدُ اليَومَ")[1] == (3, 0)


def test_random_texts_agree_with_the_definition() -> None:
    rng = random.Random(3)
    texts = [[rng.choice("abcd") for _ in range(rng.randint(1, 12))] for _ in range(300)]
    found = counts(*(" ".join(t) for t in texts))
    assert [new for _, new in found] == plain(texts)
    assert [words for words, _ in found] == [len(t) for t in texts]


def test_a_megabyte_of_text() -> None:
    rng = random.Random(5)
    words = [f"{''.join(rng.choices('abcdefgh', k=6))}" for _ in range(150_000)]
    text = " ".join(words)
    assert len(text) > 1_000_000
    assert counts(text, text + " one two three") == [(150_000, None), (150_003, 3)]


def test_buckets_and_the_order_of_rows_change_nothing(tmp_path: Path) -> None:
    rng = random.Random(8)
    texts = {u: [" ".join(rng.choices("abc", k=8)) for _ in range(12)] for u in ("u", "v", "w")}
    frame = pl.concat(reports(*t, unit=u) for u, t in texts.items())
    for name, rows in (("one", frame), ("two", frame.sample(fraction=1, shuffle=True, seed=1))):
        (tmp_path / name).mkdir()
        rows.write_parquet(tmp_path / name / "all.parquet")
    whole = text_novelty(duckdb.connect(), tmp_path / "one")
    assert whole.height == 36
    assert text_novelty(duckdb.connect(), tmp_path / "two", bucket_bytes=10).equals(whole)
    assert compare(frame).sort("row_key").equals(whole)


def test_the_latest_revision_counts(tmp_path: Path) -> None:
    revised = reports("x", "alpha bravo charlie")[1:].with_columns(revision=1, row_key=pl.col("row_key") + "r1")
    both = pl.concat([reports("alpha bravo charlie", "delta"), revised], how="vertical_relaxed")
    both.write_parquet(tmp_path / "all.parquet")
    assert text_novelty(duckdb.connect(), tmp_path).select("words", "new_words").rows() == [(3, None), (3, 0)]


def test_words_are_found_as_the_pattern_says() -> None:
    (row,) = counts("Re-equip: 3 x 4x4, ok_now")
    assert row[0] == len(re.findall(r"[^\W_]+", "Re-equip: 3 x 4x4, ok_now"))


def plain_words(text: str) -> list[str]:
    """Words by a plain walk over the characters."""
    normal = unicodedata.normalize("NFKC", text).lower()
    kinds = ["#" if unicodedata.category(c)[0] == "N" else c for c in normal]
    inside = "".join(c if c == "#" or unicodedata.category(c)[0] in "LM" else " " for c in kinds)
    return inside.split()


LETTERS = st.text(
    st.sampled_from("aAbZ #-.\n0789\u00e9\u0301\u0660\u0645\u0628\u064e\ufb01\u2460\u4e2d\U0001f600\u00df")
)


@given(st.lists(LETTERS, min_size=1, max_size=8))
def test_words_of_many_texts_at_once_are_those_of_each(texts: list[str]) -> None:
    hashes, lengths = words_of(pl.Series(texts, dtype=pl.String))
    expected = [plain_words(t) for t in texts]
    assert lengths.tolist() == [len(words) for words in expected]
    flat = [word for words in expected for word in words]
    assert hashes.size == len(flat)
    known: dict[str, int] = {}
    for word, number in zip(flat, hashes.tolist(), strict=True):
        assert known.setdefault(word, number) == number
    assert len(set(known.values())) == len(known)


def test_a_word_has_the_same_hash_wherever_it_stands() -> None:
    hashes, _ = words_of(pl.Series(["alpha beta", "x" * 5_000 + " Alpha", "beta \u0645 alpha"]))
    alpha = hashes[[0, 3, 6]]
    assert len(set(alpha.tolist())) == 1
    assert hashes[1] == hashes[4]


def test_keys_that_differ_in_their_low_bits_only_are_still_told_apart() -> None:
    high = np.uint64(7 << 40)
    for keys in ([high + np.uint64(2), high + np.uint64(1), high + np.uint64(2), high], [high] * 3 + [np.uint64(5)]):
        found = np.array(keys, dtype=np.uint64)
        assert _order(found).tolist() == np.argsort(found, kind="stable").tolist()
