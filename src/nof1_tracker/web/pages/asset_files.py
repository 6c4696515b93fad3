"""Scripts and styles of the pages, each under an address that changes with its text.

Those of the report are joined with those of the dashboard alone; a browser may keep them for
ever.
"""

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from http import HTTPStatus
from importlib.resources import files

from fastapi import APIRouter
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from nof1_tracker.rendering.html.scripts import CHARTS, LIBRARY, STYLE, asset, joined

router = APIRouter(include_in_schema=False)
SCRIPTS = (
    "live.js",
    "keys.js",
    "story.js",
    "slider.js",
    "desk.js",
    "dashboard.js",
)
"""The dashboard's own, which follow those of the report."""
SHEETS = ("dashboard.css", "players.css")
"""They follow the report's."""
_SCRIPT, _SHEET = "text/javascript; charset=utf-8", "text/css; charset=utf-8"
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@dataclass(frozen=True, slots=True)
class _File:
    text: bytes
    media_type: str

    @property
    def digest(self) -> str:
        return blake2b(self.text, digest_size=8).hexdigest()


@cache
def _files() -> dict[str, _File]:
    ours = [_own(name) for name in SCRIPTS]
    scripts = {
        "first.js": joined((asset("theme.js"), _own("first.js"))),
        "charts.js": asset(LIBRARY),
        "htmx.js": _own("htmx.min.js"),
        "dashboard.js": joined((*map(asset, CHARTS), *ours)),
    }
    found = {name: _File(text.encode(), _SCRIPT) for name, text in scripts.items()}
    style = asset(STYLE) + "".join(map(_own, SHEETS))
    return found | {"dashboard.css": _File(style.encode(), _SHEET)}


def _own(name: str) -> str:
    folder = files("nof1_tracker.web").joinpath("assets")
    return folder.joinpath(name).read_text(encoding="utf-8")


@cache
def address_of(name: str) -> str:
    """Where a page finds it."""
    return f"/assets/{_files()[name].digest}/{name}"


@router.get("/assets/{digest}/{name}")
async def asset_file(digest: str, name: str) -> Response:
    """A script or a style; an address of another version is not answered."""
    found = _files().get(name)
    if found is None or found.digest != digest:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such file.")
    return Response(found.text, headers=_FOR_EVER, media_type=found.media_type)
