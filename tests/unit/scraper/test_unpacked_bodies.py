"""All bodies that are unpacked at once are bounded together, not only each by itself."""

from base64 import b64decode
from contextlib import ExitStack

from nof1_tracker.scraper.browsing.unpacked_bodies import UnpackedBodies

MOST = 48_000_000
MEGABYTE = b" " * 1_000_000


def test_bodies_that_fit_together_are_left_alone() -> None:
    bodies = UnpackedBodies(10)
    with bodies.unpacking() as one, bodies.unpacking() as other:
        bodies.take(one, b"1234")
        bodies.take(other, b"123456")
        assert b64decode(one.in_base64()) == b"1234"
        assert b64decode(other.in_base64()) == b"123456"


def test_of_more_than_fits_together_the_largest_is_refused_and_let_go() -> None:
    bodies = UnpackedBodies(10)
    with bodies.unpacking() as small, bodies.unpacking() as large:
        bodies.take(large, b"123456")
        bodies.take(small, b"12345")
        assert large.is_refused
        assert large.in_base64() == ""
        bodies.take(small, b"12345")
        assert not small.is_refused


def test_what_still_arrives_of_a_refused_body_is_not_held() -> None:
    bodies = UnpackedBodies(10)
    with bodies.unpacking() as one:
        bodies.take(one, b"12345678901")
        bodies.take(one, b"1")
        assert one.in_base64() == ""


def test_what_was_passed_on_leaves_room() -> None:
    bodies = UnpackedBodies(10)
    for _ in range(3):
        with bodies.unpacking() as one:
            bodies.take(one, b"1234567890")
            assert not one.is_refused


def test_seven_that_swell_at_once_are_all_refused_and_three_bodies_read_of_them() -> (
    None
):
    bodies, read = UnpackedBodies(MOST), 0
    with ExitStack() as stack:
        growing = [stack.enter_context(bodies.unpacking()) for _ in range(7)]
        while growing:
            for body in growing:
                bodies.take(body, MEGABYTE)
                read += len(MEGABYTE)
            growing = [body for body in growing if not body.is_refused]
    assert read < 3 * MOST


def test_parts_become_small_when_much_is_unpacked_at_once() -> None:
    bodies = UnpackedBodies(MOST)
    with bodies.unpacking() as one:
        assert bodies.next_part == len(MEGABYTE)
        for _ in range(20):
            bodies.take(one, MEGABYTE)
        assert bodies.next_part < len(MEGABYTE) / 8
