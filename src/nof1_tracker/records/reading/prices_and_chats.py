"""What a season's page tells beside its figures: prices, and what the models said."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from nof1_tracker.records.account_columns import FloatArray, TimeArray
from nof1_tracker.records.asking.listed_rows import ListedDecision
from nof1_tracker.records.stored import StoredChat


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PriceCourse:
    """Prices of a symbol, USD per unit, oldest first.

    Attributes:
        times: When each was observed, or when its candle ended.
        prices: Mid prices, or where they are candles, the closes.
        opens, highs, lows: Of the candles; None where the prices were only observed.
    """

    times: TimeArray
    prices: FloatArray
    opens: FloatArray | None = None
    highs: FloatArray | None = None
    lows: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class SeasonWords:
    """What is stored of a season up to its report's end.

    Attributes:
        prices: By symbol.
        chats: Its conversations, newest first, with the content of those that acted.
        decisions: Of the conversations that acted, by conversation id.
    """

    prices: Mapping[str, PriceCourse] = field(default_factory=dict)
    chats: tuple[StoredChat, ...] = ()
    decisions: Mapping[str, tuple[ListedDecision, ...]] = field(default_factory=dict)
