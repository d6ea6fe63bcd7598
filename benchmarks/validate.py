"""Long simulations behind the estimators' claims: coverage of intervals, false alarms. Writes docs/validation.md.

Run with ``make validate``. Every figure comes from seeded draws, so the report is the same on every machine.

Belongs here: what needs thousands of draws. Not here: what a unit test can settle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from benchmarks import log_claims, separation_claims, wait_claims
from benchmarks.claims import DRAWS, Claim, covers, estimate, figure
from reportmetrics.metrics.estimators.share import wilson
from reportmetrics.metrics.estimators.survival import Z
from reportmetrics.progress import on_terminal

REPORT = Path(__file__).resolve().parent.parent / "docs" / "validation.md"


def share_claims() -> list[Claim]:
    """Coverage of a share's interval when reports of one unit resemble each other (intra-cluster correlation 0.3)."""
    rng = np.random.default_rng(7)
    truth, correlation, units, each = 0.75, 0.3, 12, 26
    strength = (1 - correlation) / correlation
    held = dict.fromkeys(("clustered", "plain"), 0)
    for _ in on_terminal(range(DRAWS), "Shares", DRAWS):
        chance = rng.beta(truth * strength, (1 - truth) * strength, units)
        came = rng.random((units, each)) < chance[:, None]
        rows = {
            "numerator": came.ravel(),
            "denominator": np.ones(units * each, dtype=bool),
            "cluster": np.repeat(np.arange(units), each),
        }
        held["clustered"] += covers(truth, *figure(estimate("share", rows, {}), "share")[1:])
        held["plain"] += covers(truth, *wilson(float(came.mean()), float(came.size), Z))
    return [
        Claim(
            "Share",
            "95 % interval with design effect, 12 units, correlation 0.3",
            held["clustered"],
            DRAWS,
            (0.91, 0.97),
        ),
        Claim(
            "Share",
            "the plain Wilson interval on the same draws (why it is not used)",
            held["plain"],
            DRAWS,
            (0.0, 0.8),
        ),
    ]


def write(claims: list[Claim]) -> None:
    """Write the report."""
    lines = [
        "# Validation",
        "",
        "Made by `make validate` from seeded draws; do not edit. Each line is a claim that an estimator or a rule",
        "makes, how often it held, and where that share should lie.",
        "",
        "| part | claim | draws | held | wanted | |",
        "|---|---|---:|---:|---|---|",
    ]
    for c in claims:
        low, high = c.wanted
        verdict = "kept" if c.kept else "NOT KEPT"
        lines.append(
            f"| {c.part} | {c.claim} | {c.draws} | {c.share:.1%} | {low:.0%} to {high:.0%} | {verdict} |",
        )
    REPORT.write_text("\n".join(lines) + "\n", encoding="utf-8")


PARTS: list[Callable[[], Iterable[Claim]]] = [
    wait_claims.all_claims,
    log_claims.all_claims,
    share_claims,
    separation_claims.all_claims,
]


def main() -> None:
    """Run all parts, write the report, fail when a claim is not kept."""
    claims = [claim for part in PARTS for claim in part()]
    write(claims)
    for claim in claims:
        print(f"{'kept    ' if claim.kept else 'NOT KEPT'} {claim.share:6.1%}  {claim.part}: {claim.claim}")
    raise SystemExit(0 if all(c.kept for c in claims) else 1)


if __name__ == "__main__":
    main()
