"""Quantiles and tails agree with scipy.stats, which is slow to import and so only compared with here."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from reportmetrics.metrics.estimators.distributions import (
    binomial_cdf,
    chi2_tail,
    normal_quantile,
    t_quantile,
    t_two_sided,
)


def test_quantiles() -> None:
    assert normal_quantile(0.975) == pytest.approx(stats.norm.ppf(0.975), rel=1e-14)
    assert normal_quantile(0.975) == pytest.approx(1.959963984540054, rel=1e-14)
    assert t_quantile(0.025, 10) == pytest.approx(-2.228, abs=5e-4)
    assert t_quantile(0.975, 10) == pytest.approx(2.228, abs=5e-4)  # the usual table


@pytest.mark.parametrize("degrees", [*range(1, 60), 400, 999, 1000, 1001, 1.5, 7.25, 400.5])
def test_quantiles_of_t(degrees: float) -> None:
    for p in (0.9, 0.975, 0.995):
        assert t_quantile(p, degrees) == pytest.approx(stats.t.ppf(p, degrees), rel=1e-13)


@pytest.mark.parametrize("degrees", [*range(1, 40), 199, 200, 201, 2.5])
def test_tails_of_chi_squared(degrees: float) -> None:
    for x in (0.0, 1e-9, 0.3, 4.0, 50.0, 300.0, 1_399.0, 1_401.0):
        assert chi2_tail(x, degrees) == pytest.approx(stats.chi2.sf(x, degrees), rel=2e-12, abs=1e-300)


def test_tails() -> None:
    assert np.isnan(chi2_tail(1.0, 0))
    for degrees in (1.0, 4.5, 30.0):
        for t in (0.0, -0.4, 2.5, 12.0):
            assert t_two_sided(t, degrees) == pytest.approx(2 * stats.t.sf(abs(t), degrees), rel=1e-10)


@pytest.mark.parametrize(("n", "p"), [(1, 0.5), (13, 0.25), (250, 0.75)])
def test_binomial(n: int, p: float) -> None:
    k = np.arange(n)
    assert binomial_cdf(k, n, p) == pytest.approx(stats.binom.cdf(k, n, p), abs=1e-12)
    assert binomial_cdf(np.array([0]), n, p)[0] == pytest.approx((1 - p) ** n, rel=1e-12)
