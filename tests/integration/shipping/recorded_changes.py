"""Changes as somebody who follows the written steps makes them, small and recorded."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class Change:
    """Text that is put into a file; at its end where no place is named.

    Attributes:
        path: The file, from the root of the checkout.
        text: What is added, whole lines.
        before: Lines that the text goes before. They stand in the file once.
        instead: Whether the text takes the place of those lines.
    """

    path: str
    text: str
    before: str = ""
    instead: bool = False

    def make(self, checkout: Path) -> None:
        """Writes the changed file."""
        file = checkout / self.path
        found = file.read_text(encoding="utf-8")
        if not self.before:
            changed = found + self.text
        else:
            place = f"\n{self.before}\n"
            assert found.count(place) == 1, f"{self.path}: where is {self.before!r}?"
            rest = "" if self.instead else f"{self.before}\n"
            changed = found.replace(place, f"\n{self.text}{rest}")
        file.write_text(changed, encoding="utf-8")


_ANALYZER: Final = "src/nof1_tracker/analyzer/trades"
_RENDERING: Final = "src/nof1_tracker/rendering"
FIGURE: Final = (
    Change(
        "tests/unit/analyzer/test_trade_metrics.py",
        """

def test_the_kelly_fraction_worked_by_hand() -> None:
    assert trade_metrics(trades([200, 100, -75, 0])).kelly_fraction == 0.5 - 0.25 / 2
    assert trade_metrics(trades([200, 100])).kelly_fraction is None


@given(NETS)
def test_no_kelly_fraction_stakes_more_than_there_is(nets: list[float]) -> None:
    staked = trade_metrics(trades(nets)).kelly_fraction
    assert staked is None or staked <= 1
""",
    ),
    Change(
        f"{_ANALYZER}/trade_formulas.py",
        '''\
def kelly_fraction(net_pnls: FloatArray) -> float | None:
    """Share of wins - share of losses / payoff ratio, <= 1; below 0: do not bet.

    None without wins or without losses. Source: Kelly (1956).
    """
    payoff = payoff_ratio(net_pnls)
    if payoff is None:
        return None
    outcomes = outcomes_of(net_pnls)
    return (outcomes.wins - outcomes.losses / payoff) / len(net_pnls)


''',
        before="def expectancy(net_pnls: FloatArray) -> float | None:",
    ),
    Change(
        f"{_ANALYZER}/trade_metrics.py", "    kelly_fraction,\n", "    longest_streak,"
    ),
    Change(
        f"{_ANALYZER}/trade_metrics.py",
        "    kelly_fraction: float | None\n",
        before="    longest_winning_streak: int",
    ),
    Change(
        f"{_ANALYZER}/trade_metrics.py",
        "        kelly_fraction=kelly_fraction(trades.net_pnl),\n",
        before="        longest_winning_streak=longest_streak(won[by_closing]),",
    ),
    Change(
        f"{_RENDERING}/report_figures/trade_figures.py",
        """    kelly_fraction: Annotated[
        Fraction | None,
        Figure(
            "Kelly fraction",
            "Share of wins - share of losses / payoff ratio",
            "without either",
        ),
    ]
""",
        before="    longest_winning_streak: Annotated[",
    ),
)
"""A figure of trades: its test, formula, field, unit, label and definition."""

COLUMN: Final = (
    Change(
        "tests/integration/test_schema.py",
        """

def test_a_trade_that_was_stored_survives_its_new_column(engine: Engine) -> None:
    model = {"name": "A", "provider": "B", "model_id": "c"}
    trade = {
        **dict.fromkeys(("model_id", "entry_price", "size"), 1),
        "symbol": "BTC",
        "side": "long",
        "opened_at": utc_now(),
    }
    with engine.begin() as connection:
        connection.execute(insert(LLMModel), [model])
        connection.execute(insert(Base.metadata.tables["trades"]), [trade])
    for action, revision in (("downgrade", "-1"), ("upgrade", "head")):
        _on(engine, action, revision)
    with engine.connect() as connection:
        stored = connection.execute(text("SELECT symbol, slippage FROM trades")).all()
    assert stored == [("BTC", None)]
""",
    ),
    Change(
        "src/nof1_tracker/database/models.py",
        "    slippage: Mapped[Decimal | None] = mapped_column(USD)\n"
        '    """USD lost between order and fill; NULL where it is not known."""\n',
        before="    gross_pnl: Mapped[Decimal | None] = mapped_column(PNL)",
    ),
    Change(
        "src/nof1_tracker/database/export/row_kinds.py",
        '        Source("slippage", _T.slippage, "USD lost between order and fill"),\n',
        before='        Source("leverage", _T.leverage, "leverage of the position, times"),',
    ),
)
"""A column of trades: the test that comes first, the table, the export."""

_HEAD: Final = 'SCHEMA_HEAD = "{}"'
_OURS: Final = "nof1_tracker.database.engine.column_types.ExactNumeric"


def reviewed(revision: Path) -> None:
    """The generated revision as it is after it was read: types are SQLAlchemy's own."""
    text = revision.read_text(encoding="utf-8")
    assert _OURS in text
    text = text.replace(f"{_OURS}(precision=20, scale=8)", "sa.Numeric(20, 8)")
    revision.write_text(text, encoding="utf-8")


def new_head(old: str, new: str) -> Change:
    """The schema that the code asks for, raised."""
    return Change(
        "src/nof1_tracker/database/engine/schema.py",
        _HEAD.format(new) + "\n",
        before=_HEAD.format(old),
        instead=True,
    )


FIELD: Final = (
    Change(
        "tests/unit/scraper/test_trades.py",
        """

def test_funding_is_as_served_and_none_where_it_is_not() -> None:
    assert leg_of(funding_dollars=-1.25).funding == Decimal("-1.25")
    assert leg_of().funding is None
    assert parsed({"trades": [trade(funding_dollars=0)]}).warnings == ()
""",
    ),
    Change(
        "src/nof1_tracker/scraper/wire/rows.py",
        "    funding_dollars: Usd | None = None\n"
        '    """USD received for holding the position; below 0 where it was paid."""\n',
        before="    entry_liquidation: Any = None",
    ),
    Change(
        "src/nof1_tracker/records/parsed.py",
        "    entry_oid: int | None\n"
        "    raw: JsonObject\n"
        "    funding: Decimal | None = None\n",
        before="    entry_oid: int | None\n    raw: JsonObject",
        instead=True,
    ),
    Change(
        "src/nof1_tracker/scraper/trades.py",
        "                funding=row.funding_dollars,\n",
        before="                raw=raw,",
    ),
    Change(
        "tests/unit/demo/test_payloads.py",
        """

def test_a_leg_says_what_its_funding_came_to(arena: Arena) -> None:
    assert all("funding_dollars" in row for row in served(arena, "trades")["trades"])
""",
    ),
    Change(
        "src/nof1_tracker/demo/site/rows.py",
        '        "funding_dollars": number(-round(leg.fees / 10, 6)),\n',
        before='        "total_commission_dollars": number(leg.fees),',
    ),
)
"""A field of a payload: its tests, wire row, record, parser, and the demo."""
