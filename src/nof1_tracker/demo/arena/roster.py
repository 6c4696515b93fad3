"""The competitors of the simulated arena: entrants, styles and accounts."""

import hashlib
from dataclasses import dataclass
from typing import Literal

from nof1_tracker.demo.arena.market import COINS, STOCKS, Instrument

SeasonName = Literal["1", "1.5"]
BENCHMARK = "buynhold_btc"
MYSTERY = "mystery-model"
UNMASKED = "grok-4.20 (prev. mystery-model)"

COMPETITIONS = {
    1: "NEW BASELINE",
    2: "MONK MODE",
    3: "SITUATIONAL AWARENESS",
    4: "MAX LEVERAGE",
}


@dataclass(frozen=True, slots=True)
class Style:
    """How a model trades.

    Attributes:
        hold_minutes: Mean time that a position is kept.
        flat_minutes: Mean time between two positions in the same symbol.
        long_bias: Share of positions that are long, 0..1.
        risk: Fraction of equity put at risk per position.
        leverages: The leverages it chooses from.
        confidences: The confidences it chooses from, 0..1.
    """

    hold_minutes: float
    flat_minutes: float
    long_bias: float
    risk: float
    leverages: tuple[int, ...] = (10, 15, 20)
    confidences: tuple[float, ...] = (0.6, 0.65, 0.7, 0.75)


@dataclass(frozen=True, slots=True)
class Entrant:
    """One account of the arena.

    Attributes:
        key: The site's id of the account: model_id, or run_id in season 1.5.
        model: Model id; for the mystery model, its id before it was unmasked.
        run_stamp: The value that season 1 serves as `run_id` of a conversation.
        competition: Number of the competition; None in season 1.
        trace_is_dict: Whether the chain of thought is served as an object.
    """

    key: str
    model: str
    style: Style
    run_stamp: str
    trace_is_dict: bool = False
    competition: int | None = None

    @property
    def is_benchmark(self) -> bool:
        """True for buy-and-hold, which neither trades nor talks."""
        return self.key == BENCHMARK


_STYLES_1 = {
    "gpt-5": Style(200, 120, 0.45, 0.012, (10, 20), (0.55, 0.6, 0.62)),
    "claude-sonnet-4-5": Style(1100, 420, 1.0, 0.022, (8, 10, 15)),
    "gemini-2.5-pro": Style(75, 60, 0.5, 0.012),
    "grok-4": Style(1700, 400, 0.8, 0.025),
    "deepseek-chat-v3.1": Style(1900, 260, 0.95, 0.03),
    "qwen3-max": Style(700, 500, 0.75, 0.035, (20,), (0.85, 0.88)),
}
_STYLES_15 = {
    "claude-sonnet-4-5": Style(900, 600, 0.8, 0.02),
    "deepseek-chat-v3.1": Style(1500, 500, 0.8, 0.02),
    "gemini-3-pro": Style(500, 400, 0.6, 0.02),
    "gpt-5.1": Style(1200, 600, 0.6, 0.015),
    "grok-4": Style(700, 500, 0.6, 0.02),
    "kimi-k2-thinking": Style(400, 400, 0.5, 0.02),
    "qwen3-max": Style(1000, 700, 0.9, 0.03, (20,), (0.85, 0.88)),
    MYSTERY: Style(900, 300, 0.7, 0.025),
}


def instruments(season: SeasonName) -> tuple[Instrument, ...]:
    """The instruments that the models of that season may trade."""
    return COINS if season == "1" else STOCKS


def entrants(season: SeasonName) -> tuple[Entrant, ...]:
    """All accounts in the order in which the site lists them, the benchmark last."""
    return _season_one() if season == "1" else _season_one_and_a_half()


def _season_one() -> tuple[Entrant, ...]:
    models = [
        Entrant(
            key=model,
            model=model,
            style=style,
            run_stamp=f"202510180000{10 + index}",
            trace_is_dict=model in ("grok-4", "qwen3-max"),
        )
        for index, (model, style) in enumerate(_STYLES_1.items())
    ]
    hold = Style(1e9, 1, 1.0, 1.0, (1,), (1.0,))
    return (*models, Entrant(BENCHMARK, BENCHMARK, hold, ""))


def _season_one_and_a_half() -> tuple[Entrant, ...]:
    return tuple(
        Entrant(
            key=_run_id(model, competition),
            model=model,
            style=_restyled(style, competition),
            run_stamp="",
            trace_is_dict=model in ("grok-4", "qwen3-max"),
            competition=competition,
        )
        for competition in COMPETITIONS
        for model, style in _STYLES_15.items()
    )


def _run_id(model: str, competition: int) -> str:
    """A stable, opaque id, from which the model cannot be guessed."""
    return hashlib.sha256(f"{model}/{competition}".encode()).hexdigest()[:20]


def _restyled(style: Style, competition: int) -> Style:
    monk, greedy = competition == 2, competition == 4
    return Style(
        hold_minutes=style.hold_minutes,
        flat_minutes=style.flat_minutes * (2.5 if monk else 1.0),
        long_bias=style.long_bias,
        risk=style.risk * (0.5 if monk else 1.6 if greedy else 1.0),
        leverages=(20,) if greedy else (2, 3) if monk else (5, 10),
        confidences=style.confidences,
    )
