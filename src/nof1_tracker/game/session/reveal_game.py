"""What is said when a game is over: everything under its own name. Pure."""

from dataclasses import replace
from decimal import Decimal

from nof1_tracker.errors import MoveError
from nof1_tracker.game.session.appearance import Appearance
from nof1_tracker.game.session.counterfactuals import counterfactuals
from nof1_tracker.game.session.game_run import GameRun
from nof1_tracker.game.session.known_market import GameMarket
from nof1_tracker.game.session.view_game import shown_models
from nof1_tracker.game.session.window_table import window_table
from nof1_tracker.records.play.session.games import Game
from nof1_tracker.records.play.session.revealed_game import Reveal
from nof1_tracker.records.play.session.shown_game import Curve
from nof1_tracker.records.progress.xp_entries import XpEntry


def reveal_game(
    game: Game,
    run: GameRun,
    market: GameMarket,
    appearance: Appearance,
    earned: tuple[XpEntry, ...] = (),
) -> Reveal:
    """A game that is over.

    Args:
        run: The game's account at the end.
        earned: What was written of it when it ended; a guest earns nothing until
            registered.

    Raises:
        MoveError: The game is not over.
    """
    if not game.is_finished:
        raise MoveError(
            "The game is not over yet.", "Play it to its end, or finish it."
        )
    setup, engine = game.setup, run.engine
    known = market.known_by(setup.window.end)
    curve = own_curve(game, run)
    return Reveal(
        game_id=setup.game_id,
        starts_at=setup.window.start,
        ends_at=setup.window.end,
        symbols=appearance.real_symbols(),
        accounts={appearance.model(each)[0]: each.name for each in known.models},
        names={each.account_id: each.name for each in known.models},
        start=setup.start,
        equity=run.equity,
        total_return=run.equity / setup.start - 1,
        fees=sum((entry.fee for entry in engine.entries), Decimal(0)),
        curve=curve,
        models=shown_models(
            known.models, replace(appearance, blinding=None), setup.start
        ),
        table=window_table(setup, curve, known.models),
        counterfactuals=counterfactuals(game, run, market.feed),
        earned=earned,
    )


def own_curve(game: Game, run: GameRun) -> Curve:
    """The player's equity each quarter of an hour, and with the last prices at the end.

    What is noted at a time knows nothing of the prices of that time; the models' last
    equities do, and the result that is told.
    """
    begins, ends = game.setup.window.start, game.setup.window.end
    noted = ((each.at, each.equity) for each in run.recorder.levels if each.at < ends)
    return tuple((at - begins, equity) for at, equity in (*noted, (ends, run.equity)))
