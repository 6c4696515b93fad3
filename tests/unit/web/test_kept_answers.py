"""An answer is computed once for each version of the record, however many ask."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest

from nof1_tracker.web.kept.kept_answers import (
    AskedBefore,
    KeptAnswers,
    NewestVersion,
    Question,
)
from tests.fakes import FakeClock

T = TypeVar("T")


def _run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(asyncio.wait_for(work, 60))


@dataclass
class Stored:
    """A record whose version a test sets, and what was computed from it.

    Attributes:
        reads: How often the version was read.
        made: The versions that answers were made from.
        gate: While it is closed, nothing is read or made.
    """

    version: int = 1
    reads: int = 0
    made: list[int] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self) -> int:
        self.reads += 1
        version = self.version
        await self.gate.wait()
        return version

    async def make(self) -> bytes:
        self.made.append(self.version)
        await self.gate.wait()
        return f"version {self.version}".encode()


def _open() -> tuple[Stored, KeptAnswers]:
    stored = Stored()
    stored.gate.set()
    return stored, KeptAnswers(stored.read)


def test_an_answer_is_kept_until_the_record_changes() -> None:
    stored, kept = _open()

    async def asked() -> list[bytes]:
        found = [(await kept.get("q", stored.make)).body for _ in range(3)]
        stored.version = 2
        return [*found, (await kept.get("q", stored.make)).body]

    assert _run(asked()) == [b"version 1"] * 3 + [b"version 2"]
    assert stored.made == [1, 2]


def test_the_tag_changes_with_the_body_alone() -> None:
    stored, kept = _open()

    async def same() -> bytes:
        return b"same"

    async def asked() -> list[str]:
        tags = [(await kept.get("q", same)).tag]
        stored.version = 2
        tags.append((await kept.get("q", same)).tag)
        return [*tags, (await kept.get("q2", stored.make)).tag]

    first, second, other = _run(asked())
    assert first == second != other
    assert first.startswith('W/"')


def test_many_who_ask_at_once_cost_one_computation_and_two_reads() -> None:
    async def asked() -> Stored:
        stored = Stored()
        kept = KeptAnswers(stored.read)
        first = asyncio.create_task(kept.get("q", stored.make))
        while not stored.reads:
            await asyncio.sleep(0)
        others = [asyncio.create_task(kept.get("q", stored.make)) for _ in range(50)]
        await asyncio.sleep(0)
        stored.gate.set()
        bodies = {answer.body for answer in await asyncio.gather(first, *others)}
        assert bodies == {b"version 1"}
        return stored

    stored = _run(asked())
    assert (stored.made, stored.reads) == ([1], 2)


def test_nobody_gets_what_was_read_before_it_asked() -> None:
    async def asked() -> bytes:
        stored = Stored()
        kept = KeptAnswers(stored.read)
        early = asyncio.create_task(kept.get("q", stored.make))
        while not stored.reads:
            await asyncio.sleep(0)
        stored.version = 2  # committed while the version is still being read
        late = asyncio.create_task(kept.get("q", stored.make))
        await asyncio.sleep(0)
        stored.gate.set()
        await early
        return (await late).body

    assert _run(asked()) == b"version 2"


def test_a_version_that_is_at_hand_is_not_waited_for() -> None:
    stored = Stored()
    at_hand: list[int | None] = [7, 8, None]
    newest = NewestVersion(stored.read, lambda: at_hand.pop(0))
    stored.gate.set()

    async def asked() -> list[int]:
        return [await newest.get() for _ in range(3)]

    assert _run(asked()) == [7, 8, stored.version]
    assert stored.reads == 1


def test_who_leaves_takes_nothing_from_the_others() -> None:
    async def asked() -> tuple[bytes, list[int]]:
        stored = Stored()
        kept = KeptAnswers(stored.read)
        leaving = asyncio.create_task(kept.get("q", stored.make))
        staying = asyncio.create_task(kept.get("q", stored.make))
        await asyncio.sleep(0)
        leaving.cancel()
        stored.gate.set()
        answer = await staying
        return answer.body, stored.made

    assert _run(asked()) == (b"version 1", [1])


def test_a_failure_is_everybodys_and_is_not_kept() -> None:
    stored, kept = _open()

    async def fail() -> bytes:
        await asyncio.sleep(0)
        raise ValueError("away")

    async def asked() -> bytes:
        failed = await asyncio.gather(
            *(kept.get("q", fail) for _ in range(2)), return_exceptions=True
        )
        assert [str(each) for each in failed] == ["away", "away"]
        return (await kept.get("q", stored.make)).body

    assert _run(asked()) == b"version 1"


@pytest.mark.parametrize(("most", "made"), [(40, 2), (10, 3)])
def test_only_so_many_bytes_are_kept_and_the_latest_asked_stay(
    most: int, made: int
) -> None:
    stored = Stored()
    stored.gate.set()
    kept = KeptAnswers(stored.read, most)

    async def asked() -> None:
        for question in ("one", "two", "one"):
            await kept.get(question, stored.make)

    _run(asked())
    assert len(stored.made) == made


def test_what_is_kept_is_found_until_the_record_changes() -> None:
    stored, kept = _open()

    async def found() -> list[bytes | None]:
        answers = [await kept.find("q")]
        await kept.get("q", stored.make)
        answers.append(await kept.find("q"))
        stored.version = 2
        answers.append(await kept.find("q"))
        return [None if each is None else each.body for each in answers]

    assert _run(found()) == [None, b"version 1", None]


def test_a_question_about_now_is_another_one_after_a_while() -> None:
    clock = FakeClock()
    timeless, passing = Question("q"), Question("q", good_for=5)
    before = timeless.at(clock), passing.at(clock)
    clock.advance(5)

    assert timeless.at(clock) == before[0]
    assert passing.at(clock) != before[1]


def test_only_so_many_words_are_remembered() -> None:
    asked = AskedBefore(most=2)
    for words in ("one", "two", "one", "three"):
        asked.remember(words, Question(words))

    known = [asked.find(words) for words in ("one", "two", "three")]
    assert known == [Question("one"), None, Question("three")]
