"""What the benchmarks at size draw and reckon, on little: they run, and figures by hand are those of the product."""

from pathlib import Path

from benchmarks import burden, separation_scale


def test_figures_of_activity_beside_progress_are_those_of_queries_by_hand(tmp_path: Path) -> None:
    # With fewer rows a week has fewer than five pieces of an objective, and its chart goes by month.
    separation_scale.make_snapshot_folder(tmp_path / "snapshot", 20_000)
    (*_, theirs) = separation_scale.hand(tmp_path / "snapshot")
    (*_, ours), each = separation_scale.product(tmp_path / "snapshot")
    assert len(theirs) > 2_000
    assert separation_scale.differences(ours, theirs) == []
    assert len({metric for _, metric in each}) == len(each) > 20


def test_a_figure_by_hand_that_the_product_lacks_or_gives_otherwise_is_named() -> None:
    key, other = ("m", "{}", "mean", ""), ("m", "{}", "max", "")
    assert separation_scale.differences({key: 1.0, other: None}, {key: 1.0 + 1e-12, other: None}) == []
    (line,) = separation_scale.differences({key: 1.0}, {key: 1.1})
    assert "1.0 by the product, 1.1 by hand" in line
    assert len(separation_scale.differences({key: 1.0}, {key: 1.0, other: None})) == 1


def test_all_metrics_of_burden_are_worked_out_over_drawn_reports(tmp_path: Path) -> None:
    burden.make_snapshot_folder(tmp_path / "snapshot", 4)
    (novelty, metrics), _ = burden.measure(tmp_path / "snapshot")
    assert novelty[3] == 4 * burden.WEEKS
    assert metrics[3] > 0
