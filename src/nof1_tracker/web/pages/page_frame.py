"""What every page has: its frame, its address for each state, its headers."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache, cached_property, partial
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode

import jinja2
from fastapi import Depends, Request
from fastapi.responses import Response
from markupsafe import Markup, escape
from pydantic import BaseModel, model_validator

from nof1_tracker import __version__
from nof1_tracker.analyzer.report.season_report import ReportRules
from nof1_tracker.records.asking.asked_values import Text
from nof1_tracker.records.asking.cursor import cursor_of, keyset_of
from nof1_tracker.records.asking.keyset import Keyset, Place
from nof1_tracker.records.asking.written_values import (
    parse_cut,
    parse_season,
    parse_time,
    parse_window,
)
from nof1_tracker.records.enums import Cut, Kind
from nof1_tracker.records.parsed import Account
from nof1_tracker.records.stored import SeasonSpan
from nof1_tracker.rendering.html.palette import BENCHMARK, Stroke, strokes
from nof1_tracker.rendering.recording_state import RecordingState, recording_state
from nof1_tracker.rendering.text import moment, when
from nof1_tracker.services.listing.stored_overview import (
    Gap,
    ObservedSeason,
    Origin,
    read_competitors,
    read_gaps,
    read_origin,
    read_seasons,
)
from nof1_tracker.services.live.follow_feed import read_version
from nof1_tracker.services.read import read_freshness
from nof1_tracker.services.reading.best_traders import read_best_chances
from nof1_tracker.services.season_rest import REST_INTERVAL
from nof1_tracker.settings import DEFAULT_BASE_URL
from nof1_tracker.web.kept.kept_reports import KeptReports, Span
from nof1_tracker.web.kept.kept_results import KeptResults
from nof1_tracker.web.pages.asset_files import address_of
from nof1_tracker.web.people.visits import name_of_visitor
from nof1_tracker.web.record import Record

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
INSTANT = timedelta(microseconds=1)
_CODE = re.compile("`([^`]+)`")
PAGES = (
    ("/", "Now", "n"),
    ("/trades", "Trades", "t"),
    ("/chat", "Chat", "c"),
    ("/compare", "Compare", "m"),
    ("/whatif", "What if", "w"),
    ("/report", "Report", "r"),
    ("/play", "Play", "p"),
    ("/data", "Data", "d"),
    ("/status", "Status", "s"),
)
"""Address, name, and the letter that follows `g` on the keyboard."""


@dataclass(frozen=True)
class Dashboard:
    """What pages are made from."""

    record: Record
    reports: KeptReports

    @cached_property
    def _chances(self) -> KeptResults[Span, Mapping[str, float | None]]:
        return KeptResults(self.record.engine)

    @cached_property
    def _gaps(self) -> KeptResults[Decimal | None, Sequence[Gap]]:
        return KeptResults(self.record.engine)

    def chances(self, moment: "Moment", at: datetime) -> Mapping[str, float | None]:
        """P(best) by account; see `read_best_chances`.

        Args:
            at: When the moment is.
        """
        engine, season = self.record.engine, moment.season
        make = partial(read_best_chances, engine, at, season)
        return self._chances.get(moment.span, make).found

    def gaps(self, season: Decimal | None, now: datetime) -> Sequence[Gap]:
        """When nothing of the season was observed for longer than reports bridge."""
        longest = ReportRules().max_gap
        make = partial(read_gaps, self.record.engine, season, now, longest)
        return self._gaps.get(season, make).found


def _dashboard_of(request: Request) -> Dashboard:
    dashboard = request.app.state.dashboard
    assert isinstance(dashboard, Dashboard)  # noqa: S101  add_pages has set it
    return dashboard


TheDashboard = Annotated[Dashboard, Depends(_dashboard_of)]


class PageQuery(BaseModel):
    """The state of a page; a form sends fields that were left empty, too."""

    season: Text | None = None
    at: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        return {name: value for name, value in values.items() if value != ""}

    def moment(self, now: datetime) -> "Moment":
        """Which season, and when.

        Raises:
            ConfigurationError: A value is not valid.
        """
        cut = parse_cut(self.at)
        at = None if cut else parse_time(self.at, now)
        number = parse_season(self.season)
        return Moment(number, cut or Cut.TIME, now if at is None else at)


class ListQuery(PageQuery):
    """Which rows of a list, and after which of them."""

    model: Text | None = None
    since: Text | None = None
    until: Text | None = None
    cursor: str | None = None

    @property
    def filters(self) -> Mapping[str, Any]:
        """What narrows the list, by the names in the address."""
        return self.model_dump(
            mode="json", exclude={"season", "at", "cursor"}, exclude_none=True
        )

    def window(self, frame: "Frame") -> tuple[datetime | None, datetime | None]:
        """From when, and until when: never beyond the moment that the page shows.

        Raises:
            ConfigurationError: A time is not valid, or nothing lies between the two.
        """
        since, until = parse_window(self.since, self.until, frame.now)
        ends = (each for each in (until, frame.end) if each)
        return since, min(ends, default=None)

    def part(self, rows: int) -> Place:
        """So many rows of the list, after those that were shown before.

        Raises:
            ConfigurationError: The cursor is not one that a page named.
        """
        return Place(rows, keyset_of(self.cursor) if self.cursor else None)

    def further(self, frame: "Frame", path: str, last: Keyset | None) -> str | None:
        """Address of the rows after the last one; None where there are none."""
        if last is None:
            return None
        return frame.to(path, **self.filters, cursor=cursor_of(last))


@dataclass(frozen=True, slots=True)
class Moment:
    """The moment that a page describes.

    Attributes:
        at: Now, unless `cut` is Cut.TIME.
    """

    season: Decimal | None
    cut: Cut
    at: datetime

    @property
    def is_past(self) -> bool:
        """True for a moment that was asked for."""
        return self.cut is not Cut.LAST

    @property
    def span(self) -> Span:
        """The report that ends at this moment."""
        return Span(self.season, self.at if self.cut is Cut.TIME else None, self.cut)


@dataclass(frozen=True)
class Frame:
    """What the frame of a page shows.

    Attributes:
        here: Address of the page in its state.
        place: Name of the page, as in PAGES.
        origin, state, moment: None where the database cannot be read.
        season, at: As they stand in the address.
        span: The season; None where nothing is stored.
        accounts: Those of the season, by name.
        visitor: Who is signed in; empty for nobody, None where nobody can sign in.
        version: The page shows at least what was committed up to this version.
    """

    here: str
    place: str
    now: datetime
    seasons: tuple[ObservedSeason, ...] = ()
    origin: Origin | None = None
    state: RecordingState | None = None
    season: str | None = None
    at: str | None = None
    moment: Moment | None = None
    span: SeasonSpan | None = None
    accounts: tuple[Account, ...] = ()
    version: int = 0
    visitor: str | None = None

    @cached_property
    def stroke_of(self) -> Mapping[str, Stroke]:
        """The colour and line style of each account of the season, by its id."""
        ids = (each.account_id for each in self.accounts)
        return dict(zip(ids, strokes(self.accounts), strict=True))

    @property
    def number(self) -> Decimal | None:
        """The number of the season; None where nothing is stored."""
        return None if self.span is None else self.span.number

    @property
    def is_over(self) -> bool:
        """Whether the season has ended, so that the site serves nothing new of it."""
        ended = None if self.span is None else self.span.end
        return ended is not None and ended <= self.now

    @property
    def others(self) -> tuple[SeasonSpan, ...]:
        """The other seasons of which something was observed, oldest first."""
        observed = (each.span for each in self.seasons if each.last_observed_at)
        return tuple(each for each in observed if each.number != self.number)

    @property
    def end(self) -> datetime | None:
        """The first instant that the page does not show; None for the present."""
        is_past = self.moment is not None and self.moment.is_past
        return self.moment.at + INSTANT if self.moment and is_past else None

    @property
    def strangers(self) -> tuple[str, ...]:
        """Addresses of recorded sites that are not nof1.ai's."""
        if self.origin is None or self.origin.is_simulated:
            return ()
        return tuple(each for each in self.origin.sites if each != DEFAULT_BASE_URL)

    def to(self, path: str, **state: object) -> str:
        """An address in the same season and at the same moment, with a further state."""
        kept = {"season": self.season, "at": self.at} | state
        query = urlencode({name: value for name, value in kept.items() if value})
        return f"{path}?{query}" if query else path


def stroke_among(accounts: Sequence[Account], account_id: str) -> Stroke:
    """The colour and line style of one of these accounts; a benchmark's for another."""
    ids = [each.account_id for each in accounts]
    return dict(zip(ids, strokes(accounts), strict=True)).get(account_id, BENCHMARK)


def read_frame(
    dashboard: Dashboard, request: Request, asked: PageQuery, place: str
) -> Frame:
    """The frame of a page.

    Raises:
        DatabaseError: The database cannot be used.
    """
    record = dashboard.record
    version = read_version(record.engine)
    now = record.clock.now()
    moment = asked.moment(now)
    span, accounts = read_competitors(record.engine, moment.season, moment.at)
    freshness = read_freshness(record.engine, now, tuple(Kind), record.stale_after)
    seasons = tuple(read_seasons(record.engine))
    return Frame(
        here=address(request),
        place=place,
        now=now,
        seasons=seasons,
        origin=read_origin(record.engine),
        state=recording_state(
            freshness, is_over=_is_over(seasons, now), looked_every=REST_INTERVAL
        ),
        season=asked.season,
        at=asked.at,
        moment=moment,
        span=span,
        accounts=tuple(accounts),
        version=version,
        visitor=name_of_visitor(request),
    )


def _is_over(seasons: Sequence[ObservedSeason], now: datetime) -> bool:
    """Whether the newest season that has begun is over, so that nobody has to record."""
    begun = [
        each.span for each in seasons if each.span.start and each.span.start <= now
    ]
    return bool(begun) and begun[-1].end is not None and begun[-1].end <= now


def address(request: Request) -> str:
    """The address that was asked for, without its host; never that of another one."""
    path, query = f"/{request.url.path.lstrip('/')}", request.url.query
    return f"{path}?{query}" if query else path


async def answer_page(
    dashboard: Dashboard, template: str, read: Callable[[], Mapping[str, Any]]
) -> Response:
    """The page that shows what the call returns."""

    def page() -> str:
        return rendered(template, read())

    return page_response(await dashboard.record.quick.run(page))


def page_response(text: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """A page with its headers."""
    return Response(text, status, HEADERS, "text/html")


def rendered(template: str, context: Mapping[str, Any]) -> str:
    """The template, filled in."""
    return _environment().get_template(template).render(context)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(
            [
                jinja2.PackageLoader("nof1_tracker.web"),
                jinja2.PrefixLoader(
                    {"report": jinja2.PackageLoader("nof1_tracker.rendering.html")}
                ),
            ]
        ),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"version": __version__, "asset": address_of, "pages": PAGES}
    environment.filters |= {"when": when, "moment": moment, "coded": _coded}
    return environment


def _coded(text: str) -> Markup:
    """The text, with what stands between backticks as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704
