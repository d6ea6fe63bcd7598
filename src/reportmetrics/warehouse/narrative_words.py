"""Words of narratives as numbers: each word a hash, with upper and lower case as one and digits masked.

Belongs here: from text to words, for many texts at once. Not here: which words are new (``text_novelty``).

A word is a run of letters, marks, digits and ``#``, after NFKC has made one of characters that look alike. The
characters of all texts lie in one array, so a word's hash is a difference of two running sums.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

UInts = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]

_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 2**64)
_MIXER = np.uint64(0xD6E8FEB86659FD93)
_DIGIT = ord("#")
_CODE_POINTS = 0x110000


def words_of(texts: pl.Series) -> tuple[UInts, Ints]:
    """The hash of each word of all ``texts`` (strings, none null) in a row, and how many words each text has."""
    codes, ends_of_texts = _characters(texts)
    size = len(codes)
    fresh = np.zeros(size + 1, dtype=np.bool_)  # a text begins here
    fresh[0] = fresh[ends_of_texts] = True
    inside = codes != 0
    starts = np.flatnonzero(inside & (fresh[:-1] | ~np.r_[False, inside[:-1]]))
    ends = np.flatnonzero(inside & (fresh[1:] | ~np.r_[inside[1:], False])) + 1
    lengths = np.diff(np.searchsorted(starts, ends_of_texts), prepend=0)
    return _hashes(codes, starts, ends), lengths


def _hashes(codes: npt.NDArray[np.unsignedinteger], starts: Ints, ends: Ints) -> UInts:
    """Sum of code times power of the place within the word, modulo 2**64, then mixed so that all bits depend on all.

    The running sum counts places from the first text on; the inverse power takes a word back to its own first place.
    """
    sums = np.empty(len(codes) + 1, dtype=np.uint64)
    sums[0] = 0
    np.multiply(codes, _powers(_BASE, len(codes)), out=sums[1:])
    np.cumsum(sums, out=sums)
    found: UInts = (sums[ends] - sums[starts]) * _powers(_INVERSE, len(codes))[starts]
    found ^= found >> np.uint64(32)
    found *= _MIXER
    return found


def _powers(base: int, count: int) -> UInts:
    size = 1 << max(16, (count - 1).bit_length())
    return _powers_up_to(base, size)[:count]


@lru_cache(maxsize=4)
def _powers_up_to(base: int, size: int) -> UInts:
    powers = np.full(size, base, dtype=np.uint64)
    powers[0] = 1
    return np.cumprod(powers)


def _characters(texts: pl.Series) -> tuple[npt.NDArray[np.unsignedinteger], Ints]:
    """Characters of all texts in a row, zero for what is in no word, and the place after each text's last one."""
    data, ends = _bytes(texts)
    if not data.size or data.max() < 0x80:
        return _plain_table()[data], ends
    normal = texts.str.normalize("NFKC").str.to_lowercase()
    data, _ = _bytes(normal)
    codes = np.frombuffer(data.tobytes().decode("utf-8").encode("utf-32-le"), dtype=np.uint32)
    return _wide_table()[codes], normal.str.len_chars().cum_sum().cast(pl.Int64).to_numpy()


def _bytes(texts: pl.Series) -> tuple[npt.NDArray[np.uint8], Ints]:
    array = texts.rechunk().to_arrow()
    _, offsets, data = array.cast("large_string").buffers()
    ends = np.frombuffer(offsets, dtype=np.int64, count=array.offset + len(array) + 1)[array.offset :]
    held = np.frombuffer(data, dtype=np.uint8) if data is not None else np.zeros(0, dtype=np.uint8)
    return held[ends[0] : ends[-1]], ends[1:] - ends[0]


@lru_cache(maxsize=1)
def _plain_table() -> npt.NDArray[np.uint8]:
    """Bytes of plain ASCII: letters in lower case, digits masked, zero for all else."""
    return np.array([_code(chr(i).lower()) if i < 0x80 else 0 for i in range(256)], dtype=np.uint8)


@lru_cache(maxsize=1)
def _wide_table() -> npt.NDArray[np.uint32]:
    """The same for every code point."""
    return np.array([_code(chr(i)) for i in range(_CODE_POINTS)], dtype=np.uint32)


def _code(character: str) -> int:
    kind = unicodedata.category(character)[0]
    if kind == "N":
        return _DIGIT
    return ord(character) if kind in "LM" or character == "#" else 0
