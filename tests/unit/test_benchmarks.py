"""The benchmarks' arithmetic; how long anything takes is nowhere asserted."""

from collections.abc import Callable
from pathlib import Path

import pytest
from benchmarks import measure
from benchmarks.measure import Comparison, Target, compare
from benchmarks.table import as_json, publish, render


def comparison(
    ours: tuple[float, ...] = (0.2, 0.6, 0.3),
    floor: tuple[float, ...] = (0.1, 0.2, 0.1),
    target: Target | None = None,
) -> Comparison:
    return Comparison("storing", "executemany", ours, floor, target or Target())


def noting(turns: list[str], name: str, seconds: list[float]) -> Callable[[], float]:
    """Takes the next of these seconds each time, and notes whose turn it was."""
    remaining = iter(seconds)

    def once() -> float:
        turns.append(name)
        return next(remaining)

    return once


@pytest.mark.parametrize(("patience", "counted"), [(3600.0, 7), (0.0, 3)])
def test_slow_work_has_fewer_rounds_but_three(
    patience: float, counted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure, "PATIENCE", patience)
    ours, floor = measure.by_turns(lambda: 2.0, lambda: 1.0, rounds=7)
    assert (ours, floor) == ((2.0,) * counted, (1.0,) * counted)


def test_each_round_has_its_own_ratio_and_their_median_counts() -> None:
    measured = comparison()
    assert measured.ratios == pytest.approx((2, 3, 3))
    assert measured.ratio == pytest.approx(3)


def test_one_slow_round_of_both_does_not_move_the_ratio() -> None:
    slow_at_once = comparison((0.2, 2.0, 0.2), (0.1, 1.0, 0.1))
    assert slow_at_once.ratio == pytest.approx(2)


def test_half_of_the_rounds_lie_within_the_spread() -> None:
    ours = (1.0, 2.0, 3.0, 4.0, 5.0)
    assert comparison(ours, (1.0,) * 5).spread == pytest.approx((2, 4))


def test_a_single_round_spreads_over_nothing() -> None:
    assert comparison((0.4,), (0.2,)).spread == pytest.approx((2, 2))


@pytest.mark.parametrize(
    ("target", "verdict"),
    [
        (Target(), "reported"),
        (Target(ratio=3.1), "met"),
        (Target(ratio=2.9), "missed"),
        (Target(seconds=0.3), "met"),
        (Target(seconds=0.29), "missed"),
        (Target(ratio=3.1, seconds=0.29), "missed"),
        (Target(ratio=2.9, seconds=0.3), "missed"),
    ],
)
def test_a_target_is_met_by_the_medians(target: Target, verdict: str) -> None:
    assert comparison(target=target).verdict == verdict


def test_both_run_by_turns_and_the_first_round_does_not_count() -> None:
    turns: list[str] = []
    ours = noting(turns, "ours", [9.0, 1.0, 2.0])
    floor = noting(turns, "floor", [9.0, 1.0, 1.0])
    measured = compare("a", "b", ours, floor, rounds=2)
    assert turns == ["ours", "floor"] * 3
    assert (measured.ours, measured.floor) == ((1.0, 2.0), (1.0, 1.0))


def test_the_table_says_all_of_a_comparison_in_one_row() -> None:
    table = render([comparison(target=Target(ratio=2)), comparison((1.5,), (0.5,))])
    header, rule, first, second = table.splitlines()
    assert {len(line) for line in (header, rule, first, second)} == {len(header)}
    cells = [cell.strip() for cell in first.strip("|").split("|")]
    assert cells == [
        "storing / executemany",
        "300 ms",
        "100 ms",
        "3.00",
        "(2.50 - 3.00)",
        "3",
        "<= 2x",
        "missed",
    ]
    assert second.rstrip("| ").endswith("reported")


def test_the_page_has_the_table_of_the_last_run_and_nothing_else_changes(
    tmp_path: Path,
) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- table -->\nold\n<!-- end of table -->\nafter\n")
    publish("new", page)
    assert page.read_text() == (
        "before\n<!-- table -->\nnew\n<!-- end of table -->\nafter\n"
    )
    publish("newer", page)
    assert "new\n" not in page.read_text()


def test_json_holds_every_round_and_what_follows_from_them() -> None:
    (row,) = as_json([comparison(target=Target(ratio=2))])
    assert row["ours"] == (0.2, 0.6, 0.3)
    assert row["target"] == {"ratio": 2, "seconds": None, "megabytes": None}
    assert row["verdict"] == "missed"
