"""Clients of a server on this machine: requests one after another, and listeners."""

import asyncio
import resource
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

_HOST = "127.0.0.1"
_DATA = b"data:"


def raise_limit(files: int) -> None:
    """Lets this process, and those that it starts, open so many files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = files if hard == resource.RLIM_INFINITY else min(files, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))


@dataclass(frozen=True)
class Taken:
    """What some requests took, in seconds: all of them, and each from its sending."""

    seconds: float
    each: tuple[float, ...]

    @property
    def slowest(self) -> float:
        """The 99th percentile of the answers."""
        return sorted(self.each)[int(0.99 * (len(self.each) - 1))]


def requests(
    port: int, path: Callable[[int], str], connections: int, count: int
) -> Taken:
    """What so many GETs take over so many connections.

    Args:
        path: The path of each, by its number.

    Raises:
        RuntimeError: An answer is not 200.
    """
    numbers = iter(range(count))
    taken: list[float] = []

    async def ask() -> None:
        reader, writer = await asyncio.open_connection(_HOST, port)
        for number in numbers:
            start = perf_counter()
            await _send(writer, path(number))
            await _answer(reader)
            taken.append(perf_counter() - start)
        writer.close()

    async def all_of_them() -> float:
        start = perf_counter()
        await asyncio.gather(*(ask() for _ in range(connections)))
        return perf_counter() - start

    return Taken(asyncio.run(all_of_them()), tuple(taken))


async def _send(writer: asyncio.StreamWriter, path: str) -> None:
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {_HOST}\r\n\r\n".encode())
    await writer.drain()


async def _answer(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(head.decode())
    if b"transfer-encoding: chunked" in head:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readexactly(2)
        return
    length = head.partition(b"content-length:")[2].partition(b"\r")[0]
    await reader.readexactly(int(length))


class Listeners:
    """Connections to a stream of events, all of them ready."""

    def __init__(self, port: int, path: str, count: int) -> None:
        self._loop = asyncio.new_event_loop()
        self._streams = self._loop.run_until_complete(self._open(port, path, count))

    async def _open(
        self, port: int, path: str, count: int
    ) -> list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        streams = []
        for _ in range(count):
            reader, writer = await asyncio.open_connection(_HOST, port)
            await _send(writer, path)
            await reader.readuntil(_DATA)
            streams.append((reader, writer))
        return streams

    def heard(self, publish: Callable[[], object]) -> float:
        """Seconds from the publication until the last listener has heard of it."""

        async def hear() -> float:
            waiting = [
                asyncio.create_task(reader.readuntil(_DATA))
                for reader, _ in self._streams
            ]
            await asyncio.sleep(0)
            start = perf_counter()
            await asyncio.to_thread(publish)
            await asyncio.gather(*waiting)
            return perf_counter() - start

        return self._loop.run_until_complete(hear())

    def close(self) -> None:
        """Goes away."""
        for _, writer in self._streams:
            writer.close()
        self._loop.run_until_complete(asyncio.sleep(0.1))
        self._loop.close()
