"""Long simulations behind the estimators' claims: size, power, coverage, false alarms. Writes docs/validation.md.

Run with ``make validate``. Every figure comes from seeded draws, so the report is the same on every machine.

Belongs here: the list of parts and the report. Not here: the draws (``*_claims``), drawing (``plots``), what a unit
test can settle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from benchmarks import log_claims, plain_claims, separation_claims, wait_claims
from benchmarks.claims import Claim, Curves
from benchmarks.plots import claims_plot, curves_plot

DOCS = Path(__file__).resolve().parent.parent / "docs"

PARTS: Sequence[tuple[str, str, Callable[[], Iterable[Claim]]]] = (
    ("Waits", wait_claims.__doc__ or "", wait_claims.all_claims),
    ("Rules about request logs", log_claims.__doc__ or "", log_claims.all_claims),
    ("Plain figures", plain_claims.__doc__ or "", plain_claims.all_claims),
    ("Activity beside progress", separation_claims.__doc__ or "", separation_claims.all_claims),
)

INTRODUCTION = """# Validation

Made by `make validate` from seeded draws; do not edit. It is written for a reader who checks figures and has a
statistician at hand.

Each claim is put to a test on data whose truth is known, because it was drawn by a program. A claim is either that an
interval holds the truth (*coverage*, wanted near 95 %), that a rule stays quiet where nothing is wrong or a test does
not reject where there is nothing to find (*false alarms*, *size*, wanted small), or that both speak where something is
there (*power*, wanted large). Some lines show the plainer way that is **not** used, and what it would have got wrong.

In the plots the bar is where the share should lie, the dot where it lay, the line through the dot its own 95 %
interval: 500 draws tell a share to about 2 points, 2,000 to about 1.

Not listed are figures without chance in them: counts, sums and other complete counts (`count`, `count_distinct`, `sum`,
`age_profile`). Their arithmetic is settled by the given and expected cases of `tests/sql`.
"""


@dataclass(slots=True)
class Report:
    """Lines of Markdown, the plots that they show (SVG by name), and every claim."""

    lines: list[str] = field(default_factory=lambda: [INTRODUCTION.rstrip()])
    plots: dict[str, str] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)

    def write(self, docs: Path) -> None:
        """Replace the report below ``docs`` and its plots."""
        folder = docs / "validation"
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.svg"):
            old.unlink()
        for name, plot in self.plots.items():
            (folder / f"{name}.svg").write_text(plot, encoding="utf-8")
        (docs / "validation.md").write_text("\n".join(self.lines) + "\n", encoding="utf-8")


def report() -> Report:
    """Run all parts."""
    made = Report()
    for title, about, part in PARTS:
        _add_section(made, title, about, sorted(part(), key=_first_seen()))
    _add_curves(made, separation_claims.association_curves())
    return made


def _add_section(made: Report, title: str, about: str, claims: Sequence[Claim]) -> None:
    """One part of the report: what was drawn, plots and tables by estimator."""
    made.claims += claims
    made.lines += ["", f"## {title}", "", _opening(about)]
    for part, group in groupby(claims, key=lambda c: c.part):
        found = list(group)
        name = f"{_slug(title)}-{_slug(part)}"
        made.plots[name] = claims_plot(found)
        kept = sum(c.kept for c in found)
        made.lines += [
            "",
            f"### {part}",
            "",
            f"![{part}: {kept} of {len(found)} claims kept](validation/{name}.svg)",
            "",
            "| claim | draws | held | wanted | |",
            "|---|---:|---:|---|---|",
            *(_row(c) for c in found),
        ]


def _opening(about: str) -> str:
    """The first sentence of a module's docstring, which says what it draws."""
    return about.strip().split("\n")[0]


def _row(c: Claim) -> str:
    low, high = c.wanted
    verdict = "kept" if c.kept else "NOT KEPT"
    return f"| {c.claim} | {c.draws} | {c.share:.1%} | {low:.0%} to {high:.0%} | {verdict} |"


def _slug(text: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in text.lower()).split())


def _add_curves(made: Report, curves: Sequence[Curves]) -> None:
    """Plots of lines, each under its title."""
    for one in curves:
        made.plots[one.name] = curves_plot(one)
        made.lines += ["", f"{one.title}:", "", f"![{one.title}](validation/{one.name}.svg)"]


def main() -> None:
    """Run all parts, then write the report; fail when a claim is not kept."""
    made = report()
    made.write(DOCS)
    for claim in made.claims:
        print(f"{'kept    ' if claim.kept else 'NOT KEPT'} {claim.share:6.1%}  {claim.part}: {claim.claim}")
    raise SystemExit(0 if all(c.kept for c in made.claims) else 1)


def _first_seen() -> Callable[[Claim], int]:
    """A key that brings the claims of one part together, parts in the order of their first claims."""
    order: dict[str, int] = {}
    return lambda claim: order.setdefault(claim.part, len(order))


if __name__ == "__main__":
    main()
