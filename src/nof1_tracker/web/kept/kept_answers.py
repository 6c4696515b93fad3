"""Answers kept as bytes until the record changes; each is computed once at a time."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from nof1_tracker.clock import Clock

MOST_BYTES: Final = 64 * 2**20
"""Bytes of all answers that are kept; those that were asked for last stay."""

MOST_WORDS: Final = 2_000
"""Requests whose words are remembered; those that came last stay."""

ReadVersion = Callable[[], Awaitable[int]]
ReadAtOnce = Callable[[], int | None]
Make = Callable[[], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is sent.

    Attributes:
        tag: Its ETag: weak, because the same body is sent compressed or not. It names
            the body, so that a client need not take again what a new version of the
            record leaves as it was, nor what another server answers alike.
    """

    tag: str
    body: bytes


def answer_of(body: bytes) -> Answer:
    """The body with its tag."""
    return Answer(f'W/"{blake2b(body, digest_size=12).hexdigest()}"', body)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes:
        words: The same for all who ask the same.
        good_for: Seconds for which an answer that depends on the time of the request
            stands; None where it depends on what is stored alone.
    """

    words: str
    good_for: int | None = None

    def at(self, clock: Clock) -> str:
        """The question, with the moment that the answer is for."""
        if self.good_for is None:
            return self.words
        return f"{self.words}#{int(clock.now().timestamp() // self.good_for)}"


class AskedBefore:
    """What requests have meant that were understood: the same words mean the same."""

    def __init__(self, most: int = MOST_WORDS) -> None:
        self._most = most
        self._questions: OrderedDict[Hashable, Question] = OrderedDict()

    def find(self, words: Hashable) -> Question | None:
        """The question that a request of these words has been; None for a new one."""
        return self._questions.get(words)

    def remember(self, words: Hashable, question: Question) -> None:
        """Lets the next request of these words be understood at once."""
        self._questions[words] = question
        self._questions.move_to_end(words)
        if len(self._questions) > self._most:
            self._questions.popitem(last=False)


class NewestVersion:
    """Reads the version of the record for all who ask at the same time.

    Nobody gets what was read before it asked: what was committed by then is in it.

    Args:
        read: Waits for the database, while others may ask.
        read_at_once: Asked first; returns None where one has to wait.
    """

    def __init__(self, read: ReadVersion, read_at_once: ReadAtOnce) -> None:
        self._read = read
        self._read_at_once = read_at_once
        self._running: asyncio.Task[int] | None = None
        self._next: asyncio.Task[int] | None = None

    async def get(self) -> int:
        """The version, as a reading that begins from now on finds it."""
        if (found := self._read_at_once()) is not None:
            return found
        if self._next is None:
            self._next = asyncio.create_task(self._after(self._running))
        return await asyncio.shield(self._next)

    async def _after(self, before: asyncio.Task[int] | None) -> int:
        if before is not None:
            await asyncio.wait([before])
        self._running, self._next = self._next, None
        return await self._read()


class KeptAnswers:
    """Answers by question, each for the version of the record that it was read from.

    Args:
        read_version: See `NewestVersion`, as for `read_at_once`.
    """

    def __init__(
        self,
        read_version: ReadVersion,
        most_bytes: int = MOST_BYTES,
        read_at_once: ReadAtOnce = lambda: None,
    ) -> None:
        self._newest = NewestVersion(read_version, read_at_once)
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[str, tuple[int, Answer]] = OrderedDict()
        self._running: dict[tuple[str, int], asyncio.Task[Answer]] = {}

    async def get(self, question: str, make: Make) -> Answer:
        """The answer to the question: kept, being made, or made now.

        Raises:
            Exception: Whatever reading the version, or `make`, raises.
        """
        version = await self._newest.get()
        answer = self._of(question, version)
        if answer is not None:
            return answer
        key = question, version
        task = self._running.get(key)
        if task is None:
            task = asyncio.create_task(self._made(key, make))
            self._running[key] = task
            task.add_done_callback(lambda _: self._running.pop(key))
        return await asyncio.shield(task)

    async def find(self, question: str) -> Answer | None:
        """The answer that is kept; None where it would have to be made.

        Raises:
            Exception: Whatever reading the version raises.
        """
        if question not in self._kept:
            return None
        return self._of(question, await self._newest.get())

    def _of(self, question: str, version: int) -> Answer | None:
        of_version, answer = self._kept.get(question, (None, None))
        if answer is None or of_version != version:
            return None
        self._kept.move_to_end(question)
        return answer

    async def _made(self, key: tuple[str, int], make: Make) -> Answer:
        answer = answer_of(await make())
        self._keep(*key, answer)
        return answer

    def _keep(self, question: str, version: int, answer: Answer) -> None:
        _, before = self._kept.pop(question, (0, None))
        self._bytes -= 0 if before is None else len(before.body)
        self._kept[question] = version, answer
        self._bytes += len(answer.body)
        while self._bytes > self._most_bytes:
            _, (_, oldest) = self._kept.popitem(last=False)
            self._bytes -= len(oldest.body)
