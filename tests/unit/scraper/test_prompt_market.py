"""The market in a prompt: prices, their times, funding rates and open interest."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest

from nof1_tracker.records.enums import PriceSource
from nof1_tracker.records.parsed import ParsedPayload, Price
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.scraper.parse import parse_payload
from tests.unit.scraper.site_rows import conversation, parsed

ASKED = datetime(2025, 10, 28, 6, 49, 34, 755756, tzinfo=UTC)
MIDS = "[1128.0, 1128.5, 1129.0, 1128.75]"
BNB = f"""### ALL BNB DATA

current_price = 1128.75, current_ema20 = 1128.066, current_macd = -1.496

In addition, here is the latest BNB open interest and funding rate for perps:

Open Interest: Latest: 74479.69  Average: 74488.63

Funding Rate: -1.84952e-05

**Intraday series:**

BNB mid prices: {MIDS}

EMA indicators (20\u2011period): [1.0, 2.0]
"""
DASHBOARD = """### DASHBOARD

xyz:NVDA | current_price = 186.2, 24h +1.2% | Funding Rate: 0.0001
Open Interest: Latest: 12
Mid prices: [186.0, 186.1]

### HYPOTHESES

ALL NVDA DATA suggests that current_price = 190.0, is reached.
"""


def prompt(*sections: str, now: datetime | None = ASKED) -> str:
    time = f"The current time is {now:%Y-%m-%d %H:%M:%S.%f} and" if now else "Now"
    return f"{time} you have been invoked.\n\n" + "\n\n---\n\n".join(sections)


def told(*prompts: str) -> ParsedPayload:
    rows = [
        conversation(id=f"gpt-5_{number}", user_prompt=text)
        for number, text in enumerate(prompts)
    ]
    return parsed({"conversations": rows})


def of_source(prices: Sequence[Price], source: PriceSource) -> list[Price]:
    return [each for each in prices if each.source is source]


def test_a_price_stands_with_funding_and_open_interest_at_the_prompts_own_time() -> (
    None
):
    (price,) = of_source(told(prompt(BNB)).prices, PriceSource.MODEL_CHAT)
    assert price == Price(
        symbol="BNB",
        observed_at=ASKED,
        price=Decimal("1128.75"),
        source=PriceSource.MODEL_CHAT,
        funding_rate=Decimal("-0.0000184952"),
        open_interest=Decimal("74479.69"),
        stated_at=ASKED,
    )


def test_earlier_prices_are_dated_at_the_start_of_their_three_minutes() -> None:
    series = of_source(told(prompt(BNB)).prices, PriceSource.MODEL_CHAT_SERIES)
    assert [
        (f"{each.observed_at:%H:%M:%S.%f}", str(each.price)) for each in series
    ] == [
        ("06:45:00.000000", "1129.0"),
        ("06:42:00.000000", "1128.5"),
        ("06:39:00.000000", "1128.0"),
    ]


def test_of_two_prompts_the_first_to_state_a_time_counts_in_any_order() -> None:
    later = ASKED + timedelta(seconds=20)
    texts = [
        prompt(BNB),
        prompt(BNB.replace("1129.0", "1130.0"), now=later),
    ]
    for given in (texts, texts[::-1]):
        series = of_source(told(*given).prices, PriceSource.MODEL_CHAT_SERIES)
        assert Decimal("1129.0") in [each.price for each in series]
        assert len(series) == 3
    assert len(of_source(told(*texts).prices, PriceSource.MODEL_CHAT)) == 2


@pytest.mark.parametrize(
    ("served", "instead", "kept"),
    [
        ("-1.84952e-05", "NaN", 4),
        ("74479.69", "n/a", 4),
        ("1128.5, ", "-3, ", 1),
        ("1128.75]", "1128.7]", 1),
        ("current_price = 1128.75", "current_price = 0.0", 0),
    ],
)
def test_a_bad_figure_costs_itself_alone(served: str, instead: str, kept: int) -> None:
    done = told(prompt(BNB.replace(served, instead)))
    assert len(done.prices) == kept
    assert done.rejected_parts == 1
    assert len(done.conversations) == 1


@pytest.mark.parametrize(
    "text",
    [
        prompt(DASHBOARD),
        prompt(BNB, now=None),
        prompt(BNB, now=ASKED.replace(year=2098)),
        prompt("### ALL BNB DATA\n\nNothing is known.\n\n### NEXT\n" + BNB[20:]),
    ],
)
def test_what_is_laid_out_otherwise_or_has_no_time_states_no_price(text: str) -> None:
    assert told(text).prices == ()


def test_the_captures_have_a_price_every_twenty_seconds(captures: Path) -> None:
    times = set()
    for folder in ("2025-10-28T065103Z", "2025-10-28T070022Z"):
        body = (captures / folder / "conversations.json").read_bytes()
        done = parse_payload(RawPayload(body, folder, ASKED, "capture"))
        found = of_source(done.prices, PriceSource.MODEL_CHAT)
        assert {each.symbol for each in found} == {
            "BTC",
            "ETH",
            "SOL",
            "BNB",
            "XRP",
            "DOGE",
        }
        assert len(found) == 6 * len(done.conversations)
        assert all(each.funding_rate and each.open_interest for each in found)
        assert done.rejected_parts == 0
        times |= {each.observed_at for each in found}
    ordered = sorted(times)
    gaps = [(after - before).total_seconds() for before, after in pairwise(ordered)]
    assert round(median(gaps)) == 19
    assert round(max(gaps)) == 73
