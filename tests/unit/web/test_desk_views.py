"""What the desk and the reveal show, from games that are played in memory."""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nof1_tracker.game.session.game_run import run_of
from nof1_tracker.game.session.moves import finish, next_turn, place_order
from nof1_tracker.game.session.reveal_game import reveal_game
from nof1_tracker.game.session.view_game import view_game
from nof1_tracker.records.play.ledger import EntryKind
from nof1_tracker.records.play.orders import OrderKind
from nof1_tracker.records.play.session.games import Game
from nof1_tracker.records.play.session.revealed_game import Reveal
from nof1_tracker.records.play.session.shown_game import GameView, ShownEntry
from nof1_tracker.records.progress.rank_rows import RankInterval
from nof1_tracker.records.progress.xp_entries import XpEntry, XpSource
from nof1_tracker.web.play_pages.desk_views import desk_view
from nof1_tracker.web.play_pages.drawn_lines import box_around, thinned
from nof1_tracker.web.play_pages.game_time import GameTime, length
from nof1_tracker.web.play_pages.reveal_views import (
    certainty,
    reveal_view,
    tenths,
    xp_lines,
)
from nof1_tracker.web.play_pages.share_card import share_card, share_text
from nof1_tracker.web.play_pages.ticket import Ticket
from tests.unit.game.generated_market import (
    BEGINS,
    FIRST,
    MODELS,
    drawn_market,
    look_of,
    opened,
    request,
    shown,
)

MARKET = drawn_market(3)


def played(turns: int, *, is_ranked: bool = True) -> Game:
    """A game with a purchase of BTC, and a limit and a stop of it that wait."""
    game = opened(is_ranked=is_ranked)
    look = look_of(game, MARKET)
    orders = (
        request("one", "0.1"),
        request("two", "0.1", kind=OrderKind.LIMIT, price=Decimal(50_000)),
        request("three", "-0.1", kind=OrderKind.STOP, price=Decimal(60_000)),
    )
    for asked in orders:
        game, _ = place_order(game, look, shown(look, asked))
    for turn in range(turns):
        game = next_turn(game, turn)
    return game


def seen(game: Game) -> GameView:
    return view_game(game, run_of(game, MARKET.feed), MARKET, look_of(game, MARKET))


def desk(game: Game, since: timedelta | None = None) -> Mapping[str, Any]:
    view = seen(game)
    return desk_view(view, Ticket.typed({}, view, "abcdefgh"), since)


def revealed(game: Game) -> Reveal:
    game = finish(game)
    run = run_of(game, MARKET.feed)
    return reveal_game(game, run, MARKET, look_of(game, MARKET))


def test_times_of_a_blind_game_are_days_and_hours_of_its_own() -> None:
    blind, plain = GameTime(None), GameTime(BEGINS)
    assert blind.written(timedelta(hours=28, minutes=30)) == "day 2, 04:30"
    assert blind.written(timedelta(hours=-1)) == "day 0, 23:00"
    assert plain.written(timedelta(hours=28)) == "2025-10-28 04:00"
    assert (blind.zero, plain.zero) == (None, int(BEGINS.timestamp()))
    assert length(timedelta(days=2, hours=4, minutes=3)) == "2 d 4 h"
    assert length(timedelta(minutes=15)) == "15 min"
    assert length(timedelta(0)) == "0 min"


def test_the_desk_shows_what_is_held_what_waits_and_what_came_of_it() -> None:
    view = desk(played(2), timedelta(0))
    (held,), waiting = view["held"], view["waiting"]
    assert (held.side, held.close_side) == ("long", "sell")
    assert held.liquidation != "–"  # noqa: RUF001  an en dash
    assert held.distance.text.startswith("\N{MINUS SIGN}")
    assert [each.what for each in waiting] == ["limit buy, 5x", "stop sell to close"]
    told = [sentence for _, sentence in view["happened"]]
    assert told[0].startswith("Bought ")
    assert told[-1].startswith("Your equity: ")
    assert desk(played(2))["happened"] == []


def test_levels_and_fills_are_in_the_chart_and_times_begin_at_the_window() -> None:
    game = played(3)
    view = seen(game)
    symbol = look_of(game, MARKET).symbol("BTC")
    shown_of = desk_view(view, Ticket.typed({"symbol": symbol}, view, "abcdefgh"), None)
    chart = json.loads(shown_of["chart"])
    assert chart["zero"] is None
    assert [kind for kind, _ in chart["levels"]] == [
        "entry",
        "liquidation",
        "limit",
        "stop",
    ]
    assert (chart["prices"][0][0], chart["prices"][-1][0]) == (
        -86_400,
        view.elapsed.total_seconds(),
    )
    assert [side for _, _, side, _ in chart["fills"]] == ["buy"]
    assert shown_of["still"].told.startswith(f"{symbol} from day 0")


def test_nothing_that_the_desk_shows_names_a_symbol_a_model_or_a_day() -> None:
    for turns in (0, 5, 20):
        written = str(desk(played(turns), timedelta(hours=1)))
        for name in (*FIRST, *MODELS, *MODELS.values(), "2025", "Oct"):
            assert name not in written


def test_everybody_is_ranked_by_return_so_far_and_ties_share_a_place() -> None:
    models = desk(opened(is_ranked=True))["models"]
    assert [each.place for each in models] == [1, 1, 1]
    later = desk(played(9), timedelta(hours=3))["models"]
    gained = [each.gained.value for each in later]
    assert gained == sorted(gained, reverse=True)
    assert sum(each.is_you for each in later) == 1
    assert all(each.lately.value is not None for each in later)


@pytest.mark.parametrize("kind", EntryKind)
def test_every_kind_of_entry_has_its_words(kind: EntryKind) -> None:
    view = seen(played(1))
    entry = ShownEntry(
        number=9,
        elapsed=view.elapsed,
        kind=kind,
        client_id="",
        symbol="Market A",
        units=Decimal(1),
        price=Decimal(2),
        fee=Decimal(0),
        pnl=Decimal(3),
        over_gap=True,
        reason="it is so",
    )
    view = replace(view, entries=(entry,))
    shown_of = desk_view(view, Ticket.typed({}, view, "abcdefgh"), timedelta(0))
    (line,) = shown_of["entries"]
    assert line.what
    assert line.note.startswith("it is so; no price")


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.decimals(1, 1000, places=2), min_size=1, max_size=700),
    st.integers(2, 300),
)
def test_lines_stay_in_their_box_and_keep_their_ends(
    values: list[Decimal], most: int
) -> None:
    curve = tuple((timedelta(minutes=15 * at), each) for at, each in enumerate(values))
    few = thinned(curve, most)
    assert len(few) <= most + 1
    assert (few[0], few[-1]) == (curve[0], curve[-1])
    box = box_around([curve], 200, 48)
    assert box is not None
    for point in box.points(few).split():
        x, y = map(float, point.split(","))
        assert 0 <= x <= 200
        assert 0 <= y <= 48


def test_the_reveal_tells_names_ranks_and_what_would_have_changed() -> None:
    reveal = revealed(played(4))
    view = reveal_view(reveal)
    assert {real for _, real in view["symbols"]} == set(FIRST)
    assert {each.name for each in view["lines"]} == {"You", *MODELS.values()}
    assert view["place"] == reveal.place.place.written.replace("-", "–")  # noqa: RUF001
    assert len(view["changes"]) == 3
    assert len(view["drawn"]) == 3
    assert view["earned"] == []


def test_what_was_earned_is_summed_by_kind() -> None:
    entries = [
        XpEntry(BEGINS, "first_trade:1", XpSource.FIRST_TRADE, 200),
        XpEntry(BEGINS, "trade:1", XpSource.TRADE, 20, 1),
        XpEntry(BEGINS, "trade:2", XpSource.TRADE, 30, 2),
    ]
    lines = [(each.told, each.count, each.bonus, each.xp) for each in xp_lines(entries)]
    assert lines == [("First trade", 1, 0, 200), ("Trade", 2, 3, 53)]
    assert all(xp_lines([XpEntry(BEGINS, each, each, 1)])[0].told for each in XpSource)


def test_a_card_says_neither_who_nor_which_window() -> None:
    reveal = revealed(played(4))
    card, text = share_card(reveal, "A blind window"), share_text(reveal, "A window")
    drawn = ET.fromstring(card)  # noqa: S314  our own
    assert drawn.tag.endswith("svg")
    assert not re.search(r"style=|<script|href|on\w+=", card)
    for name in (*FIRST, *MODELS, *MODELS.values(), "2025", reveal.game_id):
        assert name not in card + text
    assert len(text.splitlines()[-1]) == 10


def test_ten_signs_tell_when_it_went_up_and_down() -> None:
    levels = [100, 110, 120, 120, 110, 100, 100, 100, 130, 90, 95]
    curve = tuple(
        (timedelta(hours=at), Decimal(each)) for at, each in enumerate(levels)
    )
    assert tenths(curve, Decimal(100)) == "▲▲◆▼▼◆◆▲▼▲"
    assert tenths(curve[:1], Decimal(100)) == ""


def test_how_sure_a_rank_is_depends_on_its_interval() -> None:
    assert "tells rank 2 from all" in certainty(RankInterval(2, 2, 2), 7)
    assert "cannot tell you from anybody" in certainty(RankInterval(3, 1, 7), 7)
    assert "between 2 and 5" in certainty(RankInterval(3, 2, 5), 7)
