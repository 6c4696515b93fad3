"""The receiving end of a channel: an HTTP server on loopback that keeps requests."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.loopback import serving


@dataclass(frozen=True)
class Post:
    """A received request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The decoded body."""
        return json.loads(self.body)


@dataclass
class Receiver:
    """The received requests, and how the next ones are answered.

    Attributes:
        status: HTTP status of every answer.
        silence: Seconds before an answer.
    """

    url: str = ""
    status: int = 200
    silence: float = 0
    posts: list[Post] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Host and port."""
        return self.url.removeprefix("http://")

    def on(self, path: str) -> list[Post]:
        """The requests to that path, in order of arrival."""
        return [post for post in self.posts if post.path == path]

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Keeps the request and answers it."""
        length = int(request.headers.get("content-length", 0))
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.posts.append(Post(request.path, headers, request.rfile.read(length)))
        time.sleep(self.silence)
        request.send_response(self.status)
        request.send_header("content-length", "0")
        request.end_headers()


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A listening receiver."""
    receiver = Receiver()
    with serving(receiver.answer) as url:
        receiver.url = url
        yield receiver
