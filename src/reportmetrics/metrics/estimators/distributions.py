"""Quantiles and tails of the distributions that intervals and tests use.

Belongs here: thin names over ``scipy.special``. Not here: what is done with them (each estimator).

``scipy.stats`` says the same with more names, and takes a third of a second to import, which every command that touches
a metric would wait for; ``scipy.special`` takes a tenth, and is imported when a figure needs it. A test
compares the two.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def _special() -> Any:
    from scipy import special

    return special


def normal_quantile(p: float) -> float:
    """Value below which a standard normal variable lies with probability ``p``."""
    return float(_special().ndtri(p))


def t_quantile(p: float, degrees: float) -> float:
    """Value below which Student's t with ``degrees`` of freedom lies with probability ``p``."""
    return float(_special().stdtrit(degrees, p))


def t_two_sided(t: float, degrees: float) -> float:
    """Probability that Student's t with ``degrees`` of freedom lies at least as far from zero as ``t``."""
    return float(2 * _special().stdtr(degrees, -abs(t)))


def chi2_tail(x: float, degrees: float) -> float:
    """Probability that chi-squared with ``degrees`` of freedom is at least ``x``; NaN for no degree of freedom."""
    return float(_special().chdtrc(degrees, x)) if degrees > 0 else float("nan")


def binomial_cdf(k: npt.NDArray[np.int64], n: int, p: float) -> npt.NDArray[np.float64]:
    """Probability of at most ``k`` successes in ``n`` trials of probability ``p``, for each of ``k`` (0 to n)."""
    return np.asarray(_special().bdtr(k.astype(np.float64), n, p), dtype=np.float64)
