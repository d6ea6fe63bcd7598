"""Narratives of the reports (truth 6 for the lessons and atmospherics return).

Belongs here: invented sentences. Not here: who writes them when.
"""

from __future__ import annotations

import numpy as np

from reportmetrics.sample import truths

_SUBJECTS = (
    "The directorate",
    "The deputy",
    "The planning staff",
    "The counterpart",
    "The inspectorate",
    "The academy",
)
_VERBS = ("reviewed", "postponed", "accepted", "asked for changes to", "signed", "discussed", "returned", "presented")
_OBJECTS = (
    "the draft plan", "the stock list", "the training calendar", "the budget annex", "the manning table",
    "the audit reply", "the exercise report", "the inspection schedule",
)  # fmt: skip
_ENDS = (
    "and expects an answer next week", "without further comment", "after a long exchange",
    "with the new deputy present",
    "because the funds had not arrived", "as agreed last month", "and named a point of contact", "in a short meeting",
)  # fmt: skip
_SYLLABLES = ("ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo", "ka", "he")

RISKS = ("counterpart posts stay empty", "funds arrive late", "movement is restricted", "the law is not yet passed")
STEPS = ("agree the draft", "hold the board", "send the list", "visit the depot", "train the second group")


def sentences(rng: np.random.Generator, number: int) -> str:
    """That many invented sentences."""
    made = []
    for _ in range(number):
        parts = [group[int(rng.integers(len(group)))] for group in (_SUBJECTS, _VERBS, _OBJECTS, _ENDS)]
        made.append(" ".join(parts) + ".")
    return " ".join(made)


def standing_text() -> str:
    """160 words that a return repeats every week."""
    rng = np.random.default_rng(160)
    return " ".join(sentences(rng, 20).split()[: truths.COPIED_WORDS])


def fresh_words(report: int, unit: int) -> str:
    """40 words of a report that no other report holds: names of places and people, made of syllables."""
    made = []
    for k in range(truths.NARRATIVE_WORDS - truths.COPIED_WORDS):
        number = (unit * 4096 + report) * 64 + k
        word = ""
        for _ in range(6):
            number, digit = divmod(number, len(_SYLLABLES))
            word += _SYLLABLES[digit]
        made.append(word)
    return " ".join(made)
