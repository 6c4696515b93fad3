"""The player and the models of a window in one table. Pure."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal

import numpy as np

from nof1_tracker.game.knowledge.thinned_series import SLOT
from nof1_tracker.game.ranks.window_ranks import window_ranks
from nof1_tracker.game.session.view_game import rebased
from nof1_tracker.records.account_columns import FloatArray
from nof1_tracker.records.play.session.games import GameSetup
from nof1_tracker.records.play.session.model_curves import ModelCurve
from nof1_tracker.records.play.session.shown_game import Curve
from nof1_tracker.records.progress.rank_rows import RankedContestant


def window_table(
    setup: GameSetup, curve: Curve, models: Iterable[ModelCurve]
) -> tuple[RankedContestant, ...]:
    """Everybody by total return over the window, each rank with its interval.

    All are measured by their last known equity at each quarter of an hour. Models
    without an equity in the window are left out.
    """
    return table_of_window(setup, {setup.game_id: curve}, models)


def table_of_window(
    setup: GameSetup, players: Mapping[str, Curve], models: Iterable[ModelCurve]
) -> tuple[RankedContestant, ...]:
    """The same with several players.

    Args:
        players: Their curves, by what each is called in the table.
    """
    begins = setup.window.start
    curves = {model.account_id: rebased(model, begins, setup.start) for model in models}
    known: Mapping[str, Curve] = {
        **{name: each for name, each in curves.items() if each},
        **players,
    }
    length = setup.window.end - begins
    returns = {
        name: _returns(each, length, setup.start) for name, each in known.items()
    }
    return window_ranks(returns, known.keys() - players.keys())


def _returns(curve: Curve, length: timedelta, start: Decimal) -> FloatArray:
    """Fractions per quarter of an hour; 0 once everything is lost."""
    levels, place = [float(start)], 0
    for slot in range(1, -(-length // SLOT) + 1):
        elapsed, level = min(slot * SLOT, length), levels[-1]
        while place < len(curve) and curve[place][0] <= elapsed:
            level = max(0.0, float(curve[place][1]))
            place += 1
        levels.append(level)
    before, after = np.array(levels[:-1]), np.array(levels[1:])
    alive = before > 0
    return np.where(alive, after / np.where(alive, before, 1.0), 1.0) - 1
