"""What a game leaves to its player, on both databases."""

from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import Engine

from nof1_tracker.records.history.hyperliquid import FillSide
from nof1_tracker.records.people.people import User
from nof1_tracker.records.play.session.games import OrderRequest
from nof1_tracker.records.play.stored_games import Player
from nof1_tracker.records.progress.xp_entries import XpSource
from nof1_tracker.services.play.games.open_games import AskedGame, open_window
from nof1_tracker.services.play.games.own_games import keep_games
from nof1_tracker.services.play.games.play_game import (
    finish_game,
    place_order,
    show_game,
)
from nof1_tracker.services.play.games.reveal_games import show_reveal
from nof1_tracker.services.progress.note_deeds import note_day
from nof1_tracker.services.progress.player_profiles import ensure_profile, read_xp
from nof1_tracker.services.progress.player_progress import record_progress
from nof1_tracker.services.progress.player_services import PlayerServices
from tests.integration.people.players import ANNA
from tests.integration.play.played_world import (
    GUEST,
    NOW,
    PERSON,
    PROGRAM,
    Played,
    played_world,
)

PERSONAL = User(ANNA, "Anna", "anna@example.com", False, True, NOW, None)


@pytest.fixture
def played(engine: Engine) -> Played:
    return played_world(engine)


def play_to_the_end(played: Played, player: Player, *, is_ranked: bool) -> None:
    """Buys for half of the money in the first turn, and keeps it to the end."""
    services = played.services
    game = open_window(services, player, AskedGame(is_ranked=is_ranked)).id
    market = show_game(services, player, game).markets[0]
    quantity = (Decimal(5_000) / market.prices[-1][1]).quantize(Decimal("1e-6"))
    asked = OrderRequest(
        client_id="a",
        symbol=market.symbol,
        side=FillSide.BUY,
        quantity=quantity,
        leverage=Decimal(2),
    )
    place_order(services, player, game, asked)
    finish_game(services, player, game)
    finish_game(services, player, game)
    reveal = show_reveal(services, player, game)
    with services.reading() as unit:
        result = unit.results.get(game)
    assert result is not None
    assert result.total_return == pytest.approx(float(reveal.total_return))
    models = {line.contestant: line.result for line in reveal.table if line.is_model}
    assert result.model_returns == pytest.approx(models)


def test_a_game_that_ends_earns_what_its_reveal_says(played: Played) -> None:
    """About half of the money: 10 + 40 * 0.45 / 0.95 = 28 XP, and 200 for the first."""
    players = PlayerServices(played.services.people, played.services.clock)
    services = played.services
    ensure_profile(players, PERSONAL)
    note_day(players, ANNA)
    earned_before = read_xp(players, PERSONAL).entries
    assert earned_before
    played.clock.advance(60)
    play_to_the_end(played, PERSON, is_ranked=True)
    (stored,) = _games_of(played)
    earned = show_reveal(services, PERSON, stored).earned
    assert earned
    by_source = {each.source: each.xp for each in earned}
    assert by_source[XpSource.FIRST_TRADE] == 200
    assert by_source[XpSource.TRADE] in range(26, 31)
    ledger = read_xp(players, PERSONAL)
    assert set(earned) == set(ledger.entries) - set(earned_before)
    again = record_progress(players, ANNA)
    assert again is not None
    assert again.new == ()
    assert again.progress.facts.ranked_windows == 1
    played.clock.advance(60)
    play_to_the_end(played, PROGRAM, is_ranked=False)
    (by_program,) = set(_games_of(played)) - {stored}
    assert show_reveal(services, PROGRAM, by_program).earned == ()


def test_a_guests_game_counts_once_it_is_an_accounts(played: Played) -> None:
    play_to_the_end(played, GUEST, is_ranked=False)
    players = PlayerServices(played.services.people, played.services.clock)
    assert GUEST.guest_digest is not None
    keep_games(played.services, GUEST.guest_digest, ANNA)
    sources = {each.source for each in read_xp(players, PERSONAL).entries}
    assert sources >= {XpSource.FIRST_TRADE, XpSource.TRADE}


def _games_of(played: Played) -> list[UUID]:
    with played.services.reading() as unit:
        return [each.id for each in unit.games.of_user(ANNA)]
