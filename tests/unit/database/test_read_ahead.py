"""Work in a thread of its own: nothing is lost, no thread stays behind."""

import threading
from collections.abc import Callable

import pytest

from nof1_tracker.database.export.read_ahead import produced_ahead


def test_pieces_come_in_their_order() -> None:
    def produce(hand_over: Callable[[int], None]) -> None:
        for number in range(50):
            hand_over(number)

    assert list(produced_ahead(produce)) == list(range(50))


def test_an_error_of_the_producer_comes_after_its_pieces() -> None:
    def produce(hand_over: Callable[[int], None]) -> None:
        hand_over(1)
        raise ValueError("no more")

    pieces = produced_ahead(produce)
    assert next(pieces) == 1
    with pytest.raises(ValueError, match="no more"):
        next(pieces)


def test_a_producer_that_nobody_listens_to_ends() -> None:
    before = threading.active_count()

    def produce(hand_over: Callable[[int], None]) -> None:
        while True:
            hand_over(1)

    pieces = produced_ahead(produce)
    next(pieces)
    pieces.close()

    assert threading.active_count() == before
