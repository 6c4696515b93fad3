"""A kind that fails is tried again soon, and then left alone for longer and longer."""

from nof1_tracker.monitor.circuit_breaker import CircuitBreaker


def failed(times: int, interval: float = 900, longest: float = 3600) -> CircuitBreaker:
    breaker = CircuitBreaker(interval, longest)
    for _ in range(times):
        breaker.note_failure(0)
    return breaker


def test_a_kind_that_works_is_due_when_the_schedule_says() -> None:
    breaker = CircuitBreaker(900, 3600)
    assert breaker.permits(0)
    assert not breaker.is_due(1e9)


def test_the_first_failures_are_retried_before_the_next_start() -> None:
    assert [failed(times).retry_at for times in (1, 2)] == [60, 120]
    assert failed(2).permits(0)
    assert failed(2).is_due(120)


def test_a_retry_is_never_later_than_the_next_start() -> None:
    assert failed(2, interval=90).retry_at == 90


def test_the_third_failure_opens_it_for_ever_longer_pauses() -> None:
    pauses = [failed(times).retry_at for times in (3, 4, 5, 6, 5000)]
    assert pauses == [900, 1800, 3600, 3600, 3600]
    assert not failed(4).permits(1799)


def test_after_the_pause_one_try_decides() -> None:
    breaker = failed(3)
    assert breaker.permits(900)
    breaker.note_failure(900)
    assert not breaker.permits(901)
    breaker.note_success()
    assert breaker.permits(901)
    assert breaker.failures == 0
    assert breaker.retry_at is None


def test_a_failure_that_is_not_the_sources_does_not_count() -> None:
    breaker = CircuitBreaker(900, 3600)
    for _ in range(10):
        breaker.retry_soon(0)
    assert not breaker.is_open
    assert breaker.retry_at == 60


def test_the_longest_pause_holds_for_long_intervals_too() -> None:
    assert failed(3, interval=7200, longest=900).retry_at == 900
