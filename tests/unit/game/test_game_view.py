"""What a player sees at each turn: all that is known, and nothing that is not."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.game.engine.ledger_replay import LedgerError, replayed
from nof1_tracker.game.session.game_run import GameRun, require_same_ledger, run_of
from nof1_tracker.game.session.known_market import GameMarket
from nof1_tracker.game.session.moves import next_turn, place_order
from nof1_tracker.game.session.view_game import rebased, view_game
from nof1_tracker.records.play.session.games import Game
from nof1_tracker.records.play.session.model_curves import ModelCurve
from nof1_tracker.records.play.session.shown_game import GameView
from tests.unit.game.generated_market import (
    BEGINS,
    ENDS,
    FIRST,
    MODELS,
    after,
    chance_of,
    drawn_market,
    look_of,
    opened,
    played_at_random,
    request,
    shown,
)


def seen(game: Game, market: GameMarket) -> GameView:
    """The view of a game that is made from its moves alone."""
    run = run_of(game, market.feed)
    return view_game(game, run, market, look_of(game, market))


def with_another_future(market: GameMarket, moment: datetime) -> GameMarket:
    """The market with every later fact changed: prices, equities and words."""
    return GameMarket(
        [
            (
                quote
                if quote.known_at <= moment
                else replace(
                    quote,
                    open=quote.open * 3,
                    high=quote.high * 7,
                    low=quote.low / 5,
                    close=quote.close * 2,
                    funding_rate=Decimal("0.5"),
                )
            )
            for quote in market.feed.known_by(ENDS)
        ],
        [
            replace(
                model,
                points=[
                    (at, equity if at <= moment else equity * 9)
                    for at, equity in model.points
                ],
            )
            for model in market.models
        ],
        [
            each if each.at <= moment else replace(each, text="from the future")
            for each in market.words
        ],
    )


def texts_and_times(value: object) -> Iterator[object]:
    """All texts and times in a record, however deep."""
    if is_dataclass(value):
        for field in fields(value):
            yield from texts_and_times(getattr(value, field.name))
    elif isinstance(value, tuple):
        for each in value:
            yield from texts_and_times(each)
    elif isinstance(value, str | datetime | timedelta):
        yield value


def turns_of(seed: int, is_ranked: bool) -> Iterator[tuple[Game, GameRun, GameMarket]]:
    """A game that is played at random, at each of its turns."""
    chance, market, game = (
        chance_of(seed),
        drawn_market(seed),
        opened(is_ranked=is_ranked),
    )
    look, run = look_of(game, market), GameRun(game.setup, market.feed)
    while not game.is_finished:
        game = played_at_random(game, look, run, chance)
        yield game, run, market
        game = next_turn(game, game.turn)
        run.advance(game.moment)
    yield game, run, market


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_no_turn_shows_anything_that_is_known_later(seed: int, is_ranked: bool) -> None:
    for game, run, market in turns_of(seed, is_ranked):
        view = view_game(game, run, market, look_of(game, market))
        assert seen(game, with_another_future(market, game.moment)) == view
        until = game.moment - BEGINS
        (newest,) = {each.prices[-1][0] for each in view.markets}
        assert newest <= until
        times = [t for t in texts_and_times(replace(view, left=until)) if t is not None]
        assert all(t <= until for t in times if isinstance(t, timedelta))
        if is_ranked:
            assert not any(isinstance(each, datetime) for each in times)
            written = " ".join(each for each in times if isinstance(each, str))
            for name in (*FIRST, *MODELS, *MODELS.values()):
                assert name not in written


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_a_game_is_the_same_from_its_moves_from_its_ledger_and_as_it_was_kept(
    seed: int, is_ranked: bool
) -> None:
    for game, run, market in turns_of(seed, is_ranked):
        again = run_of(game, market.feed)
        require_same_ledger(again, run.engine.entries)
        assert replayed(run.engine.entries) == again.engine.state
        assert again.recorder.levels == run.recorder.levels
        assert again.equity == run.equity


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_a_game_that_is_resumed_from_its_ledger_goes_on_as_if_it_had_been_kept(
    seed: int, is_ranked: bool
) -> None:
    before: GameRun | None = None
    for game, run, market in turns_of(seed, is_ranked):
        entries = run.engine.entries
        kept = GameRun.resumed(game, market.feed, entries)
        assert (kept.engine.state, kept.engine.marks) == (
            run.engine.state,
            run.engine.marks,
        )
        assert kept.recorder.levels == run.recorder.levels
        if before is not None:
            # The turn that has passed, from the ledger as it stood at its start.
            before.advance(game.moment)
            assert before.engine.entries == entries[: len(before.engine.entries)]
            assert before.recorder.levels == run.recorder.levels
        before = kept


def test_a_ledger_that_was_touched_is_not_that_of_the_moves() -> None:
    market = drawn_market(1)
    game = opened()
    game, _ = place_order(game, look_of(game, market), request("one", "0.01"))
    run = run_of(next_turn(game, 0), market.feed)
    require_same_ledger(run, run.engine.entries)
    with pytest.raises(LedgerError, match="not what the moves"):
        require_same_ledger(run, run.engine.entries[:-1])


def test_a_view_shows_the_players_own_account_blind_and_not() -> None:
    market = drawn_market(2)
    game, asked = opened(), request("one", "0.1")
    game, _ = place_order(game, look_of(game, market), asked)
    view = seen(next_turn(game, 0), market)
    (position,) = view.positions
    assert (position.symbol, position.units) == ("BTC", Decimal("0.1"))
    assert view.equity == view.cash + view.margin + position.unrealized_pnl
    assert [(each.kind, each.client_id) for each in view.entries[:3]] == [
        ("deposit", ""),
        ("placed", "one"),
        ("fill", "one"),
    ]

    blind = opened(is_ranked=True)
    look = look_of(blind, market)
    blind, move = place_order(blind, look, shown(look, asked))
    assert move.order is not None
    assert (move.order.symbol, move.order.quantity) == ("BTC", Decimal("0.1"))
    hidden = seen(next_turn(blind, 0), market)
    (masked,) = hidden.positions
    # The money is the same; what a unit is, and what it costs, is not.
    assert (hidden.equity, hidden.cash) == (view.equity, view.cash)
    assert (masked.symbol, masked.margin) == (look.symbol("BTC"), position.margin)
    assert masked.units != position.units
    assert masked.units * masked.entry_price == pytest.approx(
        position.units * position.entry_price
    )


def test_prices_are_shown_from_a_day_before_the_window_on() -> None:
    for market in seen(opened(), drawn_market(8)).markets:
        times = [elapsed for elapsed, _ in market.prices]
        assert (times[0], times[-1]) == (timedelta(hours=-24), timedelta(0))
        assert len(times) == 24 * 4 + 1


def test_the_models_are_shown_with_names_and_words_only_where_it_is_not_blind() -> None:
    market = drawn_market(3)
    view = seen(opened(), market)
    assert [(each.name, each.colour) for each in view.models] == [
        ("GPT 5", "#123456"),
        ("Qwen3 Max", "#123456"),
    ]
    assert [each.name for each in view.words] == ["Qwen3 Max", "GPT 5"]
    hidden = seen(opened(is_ranked=True), market)
    assert [each.name for each in hidden.models] == ["Trader 1", "Trader 2"]
    assert (hidden.words, hidden.starts_at) == ((), None)


def test_models_begin_a_window_with_the_players_money() -> None:
    points = [(after(-2), 8_000), (after(-1), 5_000), (after(1), 6_000)]
    curve = ModelCurve("m", "M", "#000000", [(at, Decimal(x)) for at, x in points])
    assert rebased(curve, BEGINS, Decimal(10_000)) == (
        (timedelta(0), Decimal(10_000)),
        (timedelta(hours=1), Decimal(12_000)),
    )
    late = replace(curve, points=curve.points[2:])
    assert rebased(late, BEGINS, Decimal(100)) == ((timedelta(hours=1), Decimal(100)),)
    assert rebased(replace(curve, points=()), BEGINS, Decimal(100)) == ()


def test_a_model_is_shown_by_its_last_equity_in_each_quarter_of_an_hour() -> None:
    points = [(0, 5_000), (5, 5_500), (10, 6_000), (15, 7_000), (16, 8_000)]
    curve = tuple((after(each / 60), Decimal(usd)) for each, usd in points)
    market = GameMarket(
        drawn_market(9).feed.known_by(ENDS), [ModelCurve("m", "M", "#000000", curve)]
    )
    (model,) = seen(next_turn(opened(), 0), market).models
    assert [(at / timedelta(minutes=1), int(usd)) for at, usd in model.equity] == [
        (0, 10_000),
        (15, 14_000),
        (16, 16_000),
    ]


def test_a_leverage_beyond_the_shown_one_does_not_reach_the_coins_own_limit() -> None:
    # BTC would allow 40, DOGE 10: what is refused must not say which is which.
    market, game = drawn_market(4), opened(is_ranked=True)
    look = look_of(game, market)
    for symbol in FIRST:
        asked = shown(look, request("a", 1, symbol=symbol, leverage=Decimal(11)))
        with pytest.raises(ConfigurationError, match="The highest is 10") as refused:
            place_order(game, look, asked)
        assert symbol not in str(refused.value)


def test_a_symbol_without_a_price_at_the_start_is_not_played() -> None:
    game = opened(symbols=("BTC", "SOL"))
    with pytest.raises(ConfigurationError, match="SOL has no price"):
        look_of(game, drawn_market(5))


def test_a_view_needs_the_account_of_its_moment() -> None:
    market, game = drawn_market(6), opened()
    run = run_of(next_turn(game, 0), market.feed)
    with pytest.raises(ValueError, match="its account at"):
        view_game(game, run, market, look_of(game, market))
    with pytest.raises(ValueError, match="the game is at"):
        run.advance(BEGINS)
