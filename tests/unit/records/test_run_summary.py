"""How a run's failures are told."""

from nof1_tracker.records.run_summary import first_of


def test_of_many_failures_the_first_are_told_with_the_number_of_the_others() -> None:
    failures = [f"file {number}: not JSON" for number in range(10_000)]
    told = first_of(failures)
    assert told[:2] == ["file 0: not JSON", "file 1: not JSON"]
    assert told[-1] == "and 9980 more"
    assert len(told) == 21


def test_a_few_failures_are_all_told() -> None:
    assert first_of(["one", "two"]) == ["one", "two"]
    assert first_of([]) == []
