"""A bot checkpoint in front of the simulated site, as a host puts one before a real one.

A client without a pass gets a page instead of an answer. A browser is let in once the
script of that page has set the pass, as a cookie, and has loaded the page again.
"""

from dataclasses import dataclass
from functools import cache
from http.cookies import CookieError, SimpleCookie
from importlib.resources import files
from string import Template
from typing import Literal

from nof1_tracker.demo.site.reply import HTML, Reply

_PASS = "demo_checkpoint"  # noqa: S105  the name of a cookie
_KEPT_SECONDS = 3600


@dataclass(frozen=True)
class Checkpoint:
    """How the site treats a client without a pass.

    Attributes:
        status: 403 or 429.
        verdict: `deny` lets nobody in, with or without a pass.
        clears_after: Seconds that the page's script works until it sets the pass; None
            if it never does.
        has_header: Whether `x-vercel-mitigated` is sent; otherwise the page's title
            alone shows what it is.
        under: The path below which it stands.
        stamp: What the pass says; one that says something else is refused.
    """

    status: Literal[403, 429] = 429
    verdict: Literal["challenge", "deny"] = "challenge"
    clears_after: float | None = 0.5
    has_header: bool = True
    under: str = "/"
    stamp: str = "let-in"

    def refuses(self, path: str, cookies: str) -> bool:
        """Whether a request for the path, with that Cookie header, gets the page."""
        is_let_in = self.verdict == "challenge" and self._is_pass(cookies)
        return path.startswith(self.under) and not is_let_in

    def _is_pass(self, cookies: str) -> bool:
        try:
            held = SimpleCookie(cookies).get(_PASS)
        except CookieError:
            return False
        return held is not None and held.value == self.stamp

    def answer(self) -> Reply:
        """The page that is served instead."""
        headers: tuple[tuple[str, str], ...] = ()
        if self.has_header:
            headers = (("x-vercel-mitigated", self.verdict),)
        if self.has_header and self.verdict == "challenge":
            headers += (("x-vercel-challenge-token", "2.demo.60.made-up"),)
        return Reply(self.status, self._page().encode(), HTML, headers)

    def _page(self) -> str:
        works = self.verdict == "challenge" and self.clears_after is not None
        cookie = f"{_PASS}={self.stamp}; max-age={_KEPT_SECONDS}; path=/"
        return Template(_template()).substitute(
            milliseconds=round((self.clears_after or 0) * 1000) if works else "null",
            cookie=cookie,
        )


@cache
def _template() -> str:
    folder = files("nof1_tracker.demo.site")
    return folder.joinpath("static", "checkpoint.html").read_text("utf-8")
