"""A stored game, brought back to where it was: by its plan, its orders and its ledger."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from nof1_tracker.errors import NoSuchGameError
from nof1_tracker.game.session.appearance import Appearance
from nof1_tracker.game.session.game_run import GameRun
from nof1_tracker.game.session.moves import (
    finish,
    go_on,
    live_on,
    run_on,
)
from nof1_tracker.records.play.ledger import EntryKind, LedgerEntry
from nof1_tracker.records.play.session.games import Game, GameSetup, Move
from nof1_tracker.records.play.stored_games import (
    GameMode,
    GameState,
    Player,
    RoomClock,
    StoredGame,
    StoredOrder,
)
from nof1_tracker.records.progress.play_windows import PlayWindow, Turn
from nof1_tracker.services.play.games.game_services import GameServices
from nof1_tracker.services.play.games.window_markets import WindowMarket

SLIPPAGE: Final = Decimal("0.0002")
"""Fraction of the price that a taker pays on top: 2 basis points, an assumption."""


@dataclass(frozen=True, slots=True)
class KeptGame:
    """A game as it stands.

    Attributes:
        ledger: As it is stored.
        game: As it is now: further than what is stored, where time passes by itself.
        run: The account at the same moment.
        now: Real time at which it is so.
        placed_at: When the player lately placed orders, in real time and in any game,
            where that was asked for.
    """

    stored: StoredGame
    ledger: tuple[LedgerEntry, ...]
    window: WindowMarket
    look: Appearance
    game: Game
    run: GameRun
    now: datetime
    placed_at: Sequence[datetime] = ()

    @property
    def new_entries(self) -> Sequence[LedgerEntry]:
        """What the ledger has that is not stored yet."""
        return self.run.engine.entries[len(self.ledger) :]


def kept_game(
    services: GameServices,
    player: Player,
    game_id: UUID,
    *,
    with_levels: bool = True,
    placed_since: datetime | None = None,
    now: datetime | None = None,
) -> KeptGame:
    """The player's game, at the present where its time passes by itself.

    Args:
        with_levels: Whether the account's equity so far is computed too.
        placed_since: From when on it is read too when the player placed orders.
        now: The present, where several games are looked at together.

    Raises:
        NoSuchGameError: There is none, or it is somebody else's.
        DatabaseError: The database cannot be used.
    """
    with services.reading() as unit:
        stored = unit.games.get(game_id)
        if stored is None or not is_of(stored, player):
            raise NoSuchGameError(
                "You have no such game.", "GET /api/v1/game/games lists yours."
            )
        orders = unit.games.orders(game_id)
        ledger = unit.games.ledger(game_id, orders)
        placed_at = (
            ()
            if placed_since is None
            else unit.games.ordered_since(player, placed_since)
        )
        room_id = stored.opened.room_id
        room = None if room_id is None else unit.games.clock_of_room(room_id)
    # Read after the game, so that it is never before its clock was set.
    now = services.clock.now() if now is None else now
    window = services.markets.of(stored.opened, now)
    setup = setup_of(stored, window.season_length)
    game = Game(
        setup,
        stored.clock,
        moves_of(setup.window.turns, orders, ledger),
        is_finished=stored.state is not GameState.OPEN,
        is_paused=stored.is_paused,
    )
    feed = window.market.feed
    run = GameRun.resumed(game, feed, ledger, with_levels=with_levels)
    game = present(game, stored, window, now, room)
    run.advance(game.moment)
    look = Appearance.of(setup, window.market)
    return KeptGame(stored, ledger, window, look, game, run, now, placed_at)


def is_of(stored: StoredGame, player: Player) -> bool:
    """Whether the game is the player's."""
    opened = stored.opened
    if player.user_id is not None:
        return opened.user_id == player.user_id
    return player.guest_digest is not None and (
        opened.guest_digest == player.guest_digest
    )


def setup_of(stored: StoredGame, season_length: timedelta) -> GameSetup:
    """What the game follows from, beside the market and the moves."""
    opened = stored.opened
    return GameSetup(
        game_id=str(stored.id),
        window_id=opened.window_id,
        window=PlayWindow(opened.starts_at, opened.ends_at, opened.plan.turns),
        season_length=season_length,
        symbols=tuple(opened.plan.first_prices),
        mode=opened.mode,
        seed=bytes.fromhex(opened.seed),
        is_ranked=opened.is_ranked,
        is_blind=opened.is_blind,
        speed=opened.speed,
        slippage=SLIPPAGE,
        first_prices=opened.plan.first_prices,
    )


def present(
    game: Game,
    stored: StoredGame,
    window: WindowMarket,
    now: datetime,
    room: RoomClock | None,
) -> Game:
    """The game at the present: in turns, where it was left.

    Args:
        room: The clock of its room; None where the game is played alone.
    """
    if game.is_finished or game.setup.mode is GameMode.TURNS:
        return game
    if game.setup.mode is GameMode.LIVE:
        known = window.market.feed.known_by(now)
        return live_on(game, known[-1].known_at) if known else game
    if room is None:
        return go_on(game, now - stored.clock_at)
    if room.ended_at is not None:
        return finish(game)
    return game if room.started_at is None else run_on(game, now - room.started_at)


def moves_of(
    turns: Sequence[Turn], orders: Sequence[StoredOrder], ledger: Sequence[LedgerEntry]
) -> tuple[Move, ...]:
    """What the player did, in the order in which the ledger has it."""
    known = {each.order.order_id: each for each in orders}
    seen = set[tuple[int, bool]]()
    moves = list(_told(known, ledger, seen))
    # What no longer waited when it was taken back left no entry.
    moves += (
        _taken_back(each, each.cancelled_at)
        for number, each in known.items()
        if each.cancelled_at is not None and (number, True) not in seen
    )
    moves.sort(key=lambda move: move.at)
    return tuple(
        replace(move, turn=sum(each.end <= move.at for each in turns)) for move in moves
    )


def _told(
    known: dict[int, StoredOrder],
    ledger: Sequence[LedgerEntry],
    seen: set[tuple[int, bool]],
) -> Iterator[Move]:
    """The moves that left an entry; notes which ones."""
    for entry in ledger:
        if entry.order is None or entry.order.order_id not in known:
            continue
        number, stored = entry.order.order_id, known[entry.order.order_id]
        if (number, False) not in seen:
            seen.add((number, False))
            order, by_token = stored.order, stored.by_token
            yield Move(0, order.placed_at, stored.client_id, order, by_token)
        elif entry.kind is EntryKind.CANCELLED and entry.at == stored.cancelled_at:
            seen.add((number, True))
            yield _taken_back(stored, entry.at)


def _taken_back(stored: StoredOrder, at: datetime) -> Move:
    return Move(0, at, stored.client_id, None, stored.cancelled_by_token)
