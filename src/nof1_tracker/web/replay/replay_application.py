"""The application that answers as the site did, and as nothing else."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from nof1_tracker.settings import WebSettings
from nof1_tracker.web.middleware import DatedAnswers, HeadAsGet
from nof1_tracker.web.problems import answer_with_problems
from nof1_tracker.web.record import Record
from nof1_tracker.web.replay.replayed_answers import replayed
from nof1_tracker.web.security import HostCheck, own_hosts


@dataclass(frozen=True)
class MovingMoment:
    """A moment of the past that moves on.

    Attributes:
        start: Where it begins.
        speed: Seconds of the past in a second; 0: it stands still.
    """

    start: datetime
    speed: float
    monotonic: Callable[[], float] = time.monotonic
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_began", self.monotonic())

    def __call__(self) -> datetime:
        """The moment now."""
        passed = (self.monotonic() - self._began) * self.speed
        return self.start + timedelta(seconds=passed)


def create_replay(
    record: Record, moment: Callable[[], datetime], settings: WebSettings
) -> FastAPI:
    """The application that answers from the archive as the site did at the moment."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        record.stop()

    app = FastAPI(openapi_url=None, lifespan=lifespan)

    @app.get("/api/{path:path}")
    async def api(request: Request, path: str) -> Response:
        return await replayed(
            request, record.replay, record.slow, f"/api/{path}", moment()
        )

    @app.get("/{path:path}")
    async def elsewhere(path: str) -> Response:
        detail = f"Only addresses below /api/ are replayed, not /{path}."
        raise HTTPException(HTTPStatus.NOT_FOUND, detail)

    answer_with_problems(app)
    app.add_middleware(HeadAsGet)
    app.add_middleware(GZipMiddleware)
    app.add_middleware(DatedAnswers)
    app.add_middleware(HostCheck, hosts=own_hosts(settings))
    return app
