"""Quantiles and tails of the distributions that intervals and tests use.

Belongs here: thin names over closed forms and ``scipy.special``. Not here: what is done with them (each estimator).

``scipy.special`` takes a quarter of a second to import, a quarter of what somebody waits for who asks where one figure
comes from. What has a short closed form (whole degrees of freedom, which nearly all figures have) is therefore computed
here, and the rest imports it when it needs it. A test compares all of it with ``scipy.stats``.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

T_TERMS = 1000
"""Degrees of freedom up to which the finite series of Student's t is summed; its terms are half as many."""

CHI2_TERMS = 200
"""Degrees of freedom up to which the finite series of chi-squared is summed; its terms are half as many."""

UNDERFLOW = 700.0
"""exp(-x) is no longer a normal number beyond about this x."""


def _special() -> Any:
    from scipy import special

    return special


def normal_quantile(p: float) -> float:
    """Value below which a standard normal variable lies with probability ``p``."""
    return NormalDist().inv_cdf(p)


def t_quantile(p: float, degrees: float) -> float:
    """Value below which Student's t with ``degrees`` of freedom lies with probability ``p``."""
    if p <= 0.5 or degrees > T_TERMS or not float(degrees).is_integer():
        return float(_special().stdtrit(degrees, p))
    # P(|T| < t) is concave for t > 0 and the normal quantile lies below the root: Newton's steps never pass it.
    # Each step doubles the digits that are right: after one below 1e-9 there are none left to win.
    t, step, inside = normal_quantile(p), math.inf, 2 * p - 1
    while step > 1e-9 * t:
        step = (inside - _t_inside(t, int(degrees))) / (2 * _t_density(t, degrees))
        t += step
    return t


def _t_inside(t: float, degrees: int) -> float:
    """P(|T| < t) for whole ``degrees``: Abramowitz and Stegun 1964, 26.7.3 (odd) and 26.7.4 (even)."""
    cos2 = degrees / (degrees + t * t)
    odd = degrees % 2
    term, terms = 1.0, []
    for k in range(1 + odd, degrees, 2):
        terms.append(term)
        term *= cos2 * k / (k + 1)
    sine = t / math.sqrt(degrees + t * t)
    if not odd:
        return sine * math.fsum(terms)
    return 2 / math.pi * (math.atan(t / math.sqrt(degrees)) + sine * math.sqrt(cos2) * math.fsum(terms))


def _t_density(t: float, degrees: float) -> float:
    scale = math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2) - math.log(degrees * math.pi) / 2
    return math.exp(scale - (degrees + 1) / 2 * math.log1p(t * t / degrees))


def t_two_sided(t: float, degrees: float) -> float:
    """Probability that Student's t with ``degrees`` of freedom lies at least as far from zero as ``t``."""
    return float(2 * _special().stdtr(degrees, -abs(t)))


def chi2_tail(x: float, degrees: float) -> float:
    """Probability that chi-squared with ``degrees`` of freedom is at least ``x``; NaN for no degree of freedom.

    Whole degrees: Abramowitz and Stegun 1964, 26.4.4 (odd) and 26.4.5 (even), of terms that are all positive.
    """
    if degrees <= 0:
        return float("nan")
    half = x / 2
    if half > UNDERFLOW or degrees > CHI2_TERMS or not float(degrees).is_integer():
        return float(_special().chdtrc(degrees, x))
    odd = int(degrees) % 2
    power = odd / 2
    term = math.exp(-half) * half**power / math.gamma(1 + power)
    terms = [math.erfc(math.sqrt(half))] if odd else []
    for _ in range(int(degrees) // 2):
        terms.append(term)
        power += 1
        term *= half / power
    return math.fsum(terms)


def binomial_cdf(k: npt.NDArray[np.int64], n: int, p: float) -> npt.NDArray[np.float64]:
    """Probability of at most ``k`` successes in ``n`` trials of probability ``p``, for each of ``k`` (0 to n)."""
    return np.asarray(_special().bdtr(k.astype(np.float64), n, p), dtype=np.float64)
