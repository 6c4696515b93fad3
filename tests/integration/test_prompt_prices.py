"""Prices out of prompts: stored once, whatever arrives first, beside other sources."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations

from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from nof1_tracker.clock import SystemClock
from nof1_tracker.database.models import ModelChat, Price
from nof1_tracker.database.version_models import RevisionRow
from nof1_tracker.records.enums import PriceSource
from nof1_tracker.records.parsed import ParsedPayload
from nof1_tracker.records.run_summary import RunSummary
from nof1_tracker.services.reprocess.stored_rows import reprocess_stored
from tests.parsed_payloads import store
from tests.unit.scraper.site_rows import conversation, parsed

ASKED = datetime(2025, 10, 28, 6, 49, 34, tzinfo=UTC)


def served(number: int, mids: str) -> ParsedPayload:
    """A conversation whose prompt was written `number` times 20 s after ASKED."""
    now = ASKED + timedelta(seconds=20 * number)
    prompt = (
        f"The current time is {now:%Y-%m-%d %H:%M:%S} and\n\n### ALL BTC DATA\n\n"
        f"current_price = {mids.rsplit(', ', maxsplit=1)[-1]}, current_ema20 = 1.0\n\n"
        f"Funding Rate: 1.25e-05\n\nMid prices: [{mids}]\n"
    )
    row = conversation(number, user_prompt=prompt, timestamp=now.timestamp() + 40)
    return parsed({"conversations": [row]})


SERVED = [
    served(0, "113990.0, 114000.5, 114029.5"),
    served(1, "113991.0, 114001.5, 114030.5"),
    served(2, "113992.0, 114002.5, 114031.5"),
]


def prices_in(engine: Engine) -> list[tuple[PriceSource, datetime, Decimal]]:
    with Session(engine) as session:
        query = select(Price).order_by(Price.source, Price.observed_at)
        return [
            (each.source, each.observed_at, each.price)
            for each in session.scalars(query)
        ]


def test_the_first_prompt_counts_in_a_series_in_any_order(engine: Engine) -> None:
    wanted = None
    for order in permutations(SERVED):
        store(engine, *order)
        found = prices_in(engine)
        wanted = wanted or found
        assert found == wanted
        with Session(engine) as session, session.begin():
            assert session.scalars(select(RevisionRow)).all() == []
            session.execute(delete(Price))
    assert wanted is not None
    series = [each for each in wanted if each[0] is PriceSource.MODEL_CHAT_SERIES]
    assert [price for *_, price in series] == [Decimal(113990), Decimal("114000.5")]
    assert len(wanted) == 5


def test_prompts_served_again_change_nothing(engine: Engine) -> None:
    store(engine, *SERVED)
    before = prices_in(engine)
    for rows in store(engine, *SERVED):
        assert rows.tally.inserted == rows.tally.updated == 0
    assert prices_in(engine) == before


def test_sources_stand_beside_each_other(engine: Engine) -> None:
    listed = {
        "prices": {
            "BTC": {
                "symbol": "BTC",
                "price": 114111.5,
                "timestamp": int(ASKED.timestamp() * 1000),
            }
        },
        "serverTime": int(ASKED.timestamp() * 1000),
    }
    store(engine, SERVED[0], parsed(listed))
    at_once = [each for each in prices_in(engine) if each[1] == ASKED]
    assert at_once == [
        (PriceSource.CRYPTO_PRICES, ASKED, Decimal("114111.5")),
        (PriceSource.MODEL_CHAT, ASKED, Decimal("114029.5")),
    ]


def test_prices_come_out_of_conversations_stored_earlier(engine: Engine) -> None:
    store(engine, *SERVED)
    wanted = prices_in(engine)
    with Session(engine) as session, session.begin():
        session.execute(delete(Price))
        session.execute(update(ModelChat).values(parser=2))
    reprocess_stored(engine, SystemClock(), RunSummary("capture", "rows"))
    assert prices_in(engine) == wanted
