# ruff: noqa: D301 (\b in a docstring is click's mark for lines that are not to be folded)
"""The command ``simulate``: options to a plan, the plan's load beside today's.

Belongs here: parsing and printing of this one command. Not here: the arithmetic (``simulate``).

Nothing heavy is imported at the top, so that ``--help`` answers at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from reportmetrics.cli_options import ProfileOption
from reportmetrics.settings import Settings

if TYPE_CHECKING:
    from reportmetrics.simulate import FormLoad, Load, Plan, Range


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(simulate)


def simulate(
    personnel: Annotated[int | None, typer.Option(min=1, help="Strength of the mission.", show_default=False)] = None,
    every: Annotated[
        list[str] | None, typer.Option(metavar="FORM=K", help="Ask for every k-th report only.", show_default=False)
    ] = None,
    drop: Annotated[list[str] | None, typer.Option(metavar="FORM", help="Leave out.", show_default=False)] = None,
    merge: Annotated[
        list[str] | None, typer.Option(metavar="FORM:INTO", help="Ask its fields in another.", show_default=False)
    ] = None,
    tour_days: Annotated[
        float | None, typer.Option(min=1, help="Length of tours, beside --tour-days-now.", show_default=False)
    ] = None,
    tour_days_now: Annotated[float, typer.Option(min=1, help="Length of tours today.")] = 182,
    gap_days: Annotated[float, typer.Option(min=0, help="Days a post stands empty; see rotation.vacancy.")] = 21,
    as_of: Annotated[
        dt.datetime | None,
        typer.Option(
            "--as-of", formats=["%Y-%m-%d"], metavar="DATE", help="Forms and units of this day; default: today."
        ),
    ] = None,
    profile: ProfileOption = None,
) -> None:
    """Say what reporting would take at another size, at longer intervals, with fewer forms, with longer tours.

    From the profile's minutes alone: low to high in brackets.

    \b
    Examples:
      reportmetrics simulate --personnel 4000
      reportmetrics simulate --every WAR=2 --drop LAR --merge MAS:BOR
      reportmetrics simulate --tour-days 365
    """
    from reportmetrics.current import current_profile, today
    from reportmetrics.simulate import Plan, SimulationError
    from reportmetrics.simulate import simulate as simulated

    loaded = current_profile(Settings.from_environment(profile=profile))
    day = today(loaded) if as_of is None else as_of.date()
    plan = plan_of(personnel, every or [], drop or [], merge or [])
    try:
        now, then = simulated(loaded, Plan(), as_of=day), simulated(loaded, plan, as_of=day)
        told = [*lines(now, then)]
        if tour_days is not None:
            told += tour_lines(now, then, (tour_days_now, tour_days), gap_days)
    except SimulationError as error:
        raise typer.BadParameter(str(error)) from error
    for line in told:
        typer.echo(line)


def plan_of(personnel: int | None, every: Sequence[str], drop: Sequence[str], merge: Sequence[str]) -> Plan:
    """The plan that the options say. Raises ``typer.BadParameter`` for one that is not written as it must be."""
    from reportmetrics.simulate import Plan

    intervals: dict[str, int] = {}
    for text in every:
        name, sign, k = text.partition("=")
        if not sign or not k.isdecimal():
            raise typer.BadParameter(f"--every {text} must be written FORM=K, such as WAR=2 for every second report")
        intervals[name] = int(k)
    pairs = []
    for text in merge:
        merged, sign, into = text.partition(":")
        if not sign or not merged or not into:
            raise typer.BadParameter(f"--merge {text} must be written FORM:INTO, such as MAS:BOR")
        pairs.append((merged, into))
    return Plan(personnel, intervals, tuple(drop), tuple(pairs))


def lines(now: Load, then: Load) -> Iterator[str]:
    """The comparison, a line each; hours and money of a year, with the range of the profile's minutes."""
    yield f"{'a year':<38}{'today':>32}{'then':>32}"
    yield _row("personnel", f"{now.personnel:,}", f"{then.personnel:,}")
    yield _row("advisors", f"{now.advisors:,.0f}", f"{then.advisors:,.0f}")
    yield _row("reports", f"{now.responses:,.0f}", f"{then.responses:,.0f}")
    yield _row("hours", _range(now.hours), _range(then.hours))
    yield _row("  beyond the normal course", _range(now.hours_net), _range(then.hours_net))
    if now.cost is not None and then.cost is not None:
        yield _row(f"cost, {now.currency}", _range(now.cost), _range(then.cost))
    if now.hours_per_advisor_week is not None and then.hours_per_advisor_week is not None:
        yield _row("hours per advisor-week", f"{now.hours_per_advisor_week:.1f}", f"{then.hours_per_advisor_week:.1f}")
    yield _row("requests to headquarters", "x 1.0", f"x {then.request_factor:.1f}")
    kept: dict[str, FormLoad] = {f.template_id: f for f in then.forms}
    for form in now.forms:
        later = kept.get(form.template_id)
        name = f"{form.template_id} {form.name}, hours"
        yield _row(name, _range(form.hours), _range(later.hours) if later is not None else "gone")


def tour_lines(now: Load, then: Load, tour_days: tuple[float, float], gap_days: float) -> Iterator[str]:
    """Handovers and empty posts, with tours of today's length and of the other."""
    from reportmetrics.simulate import tours

    short = tours(now.advisors, tour_days=tour_days[0], gap_days=gap_days)
    longer = tours(then.advisors, tour_days=tour_days[1], gap_days=gap_days)
    yield _row("days of a tour", f"{tour_days[0]:.0f}", f"{tour_days[1]:.0f}")
    yield _row("handovers", f"{short.handovers:,.0f}", f"{longer.handovers:,.0f}")
    yield _row("days that posts stand empty", f"{short.empty_days:,.0f}", f"{longer.empty_days:,.0f}")
    yield _row("mean days in post when reporting", f"{short.mean_tenure_days:.0f}", f"{longer.mean_tenure_days:.0f}")


def _row(name: str, now: str, then: str) -> str:
    return f"{name if len(name) <= 37 else name[:36] + '…':<38}{now:>32}{then:>32}"


def _range(value: Range) -> str:
    return f"{value.central:,.0f} ({value.low:,.0f}-{value.high:,.0f})"
