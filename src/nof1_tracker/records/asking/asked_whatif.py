"""What programs and pages ask of a copy of a model, or of a coin that is held."""

from typing import Annotated

from pydantic import Field

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.asking.asked_values import (
    ModelText,
    OneSeason,
    SymbolSpan,
    Text,
)
from nof1_tracker.records.asking.written_scenario import (
    parse_delay,
    parse_size,
    parse_slippage,
)
from nof1_tracker.records.play.copy_scenario import FeeChoice, Scenario


class AskedWhatif(OneSeason, SymbolSpan):
    """Which model is copied, and how; or which coin is held."""

    model: ModelText = None
    hold: Annotated[
        Text | None,
        Field(
            description="A symbol that is bought at the start and held, in place of a"
            " model: of the others, only fees, slippage and the span apply to it.",
            examples=["BTC"],
        ),
    ] = None
    delay: Annotated[
        Text,
        Field(
            description="From a fill of the model to the copy's order, at most a day; 0s"
            " copies at the model's own fills.",
            examples=["15m"],
        ),
    ] = "60s"
    fees: FeeChoice = Field(
        FeeChoice.TAKER, description="Rates that are paid; `own` are the model's."
    )
    slippage: Annotated[
        Text,
        Field(
            description="Paid on top of each observed price; at most 100bp.",
            examples=["0.05%"],
        ),
    ] = "2bp"
    size: Annotated[
        Text,
        Field(
            description="Units of the copy for each unit of the model; at most 100x.",
            examples=["0.5x"],
        ),
    ] = "1x"
    inverse: bool = Field(False, description="Sell where the model buys.")

    @property
    def has_span(self) -> bool:
        """Whether the answer may depend on the time of the request."""
        return bool(self.since or self.until)

    def scenario(self) -> Scenario:
        """How the model is copied.

        Raises:
            ConfigurationError: A value is not valid.
        """
        return Scenario(
            delay=parse_delay(self.delay),
            fees=self.fees,
            slippage=parse_slippage(self.slippage),
            size=parse_size(self.size),
            inverse=self.inverse,
        )

    def require_one(self) -> None:
        """One thing is asked about.

        Raises:
            ConfigurationError: Neither a model nor a symbol is named, or both are.
        """
        if bool(self.model) == bool(self.hold):
            raise ConfigurationError(
                "A model is copied or a coin is held: name one of the two.",
                "Ask for model=deepseek, or for hold=BTC.",
            )
