"""Entries and exits: which kind, from which limit on, under which key."""

from datetime import timedelta
from decimal import Decimal

import pytest

from nof1_tracker.detectors.rules import Rules
from nof1_tracker.detectors.trading import detect_trading
from nof1_tracker.records.changes import Changes
from nof1_tracker.records.enums import TradeSide, TradeStatus
from nof1_tracker.records.events import EventKind
from nof1_tracker.records.findings import (
    Finding,
    LegClosed,
    LegRestated,
    PositionOpened,
    PositionVanished,
)
from tests.unit.detectors.table_changes import (
    ADA,
    NOW,
    changes,
    leg,
    memory,
    open_trade,
    restated,
)

RULES = Rules(large_notional=Decimal(60_000), large_loss=Decimal(100))


def detected(seen: Changes, rules: Rules = RULES) -> list[Finding]:
    return list(detect_trading(seen, rules, memory().last_look_at, NOW))


def test_an_open_position_is_told_with_its_size_and_terms() -> None:
    (event,) = detected(changes(trades=(open_trade(),)))
    assert event.kind is EventKind.POSITION_OPENED
    assert event.facts == PositionOpened(
        account=ADA,
        symbol="BTC",
        side=TradeSide.LONG,
        quantity=Decimal("0.5"),
        entry_price=Decimal(100_000),
        notional=Decimal(50_000),
        leverage=Decimal(10),
        confidence=Decimal(75),
    )
    assert event.numbers["notional_usd"] == 50_000
    assert (event.account_id, event.symbol) == ("model-1", "BTC")
    assert event.occurred_at == NOW - timedelta(minutes=5)


@pytest.mark.parametrize(
    ("quantity", "kind"),
    [
        ("0.59999", EventKind.POSITION_OPENED),
        ("0.6", EventKind.LARGE_TRADE),
        ("6", EventKind.LARGE_TRADE),
    ],
)
def test_a_position_is_large_from_the_limit_on(quantity: str, kind: EventKind) -> None:
    (event,) = detected(changes(trades=(open_trade(quantity=Decimal(quantity)),)))
    assert event.kind is kind


def test_without_a_limit_no_position_is_large() -> None:
    seen = changes(trades=(open_trade(quantity=Decimal(1000)),))
    assert [e.kind for e in detected(seen, Rules())] == [EventKind.POSITION_OPENED]


def test_a_leg_is_told_with_its_net_result() -> None:
    (event,) = detected(changes(trades=(leg(),)))
    assert event.kind is EventKind.POSITION_CLOSED
    assert event.facts == LegClosed(
        account=ADA,
        symbol="BTC",
        side=TradeSide.LONG,
        quantity=Decimal("0.5"),
        entry_price=Decimal(100_000),
        exit_price=Decimal(100_060),
        net_pnl=Decimal(25),
        fees=Decimal(5),
        leverage=Decimal(10),
        holding_period=timedelta(hours=2),
        is_liquidation=False,
    )
    assert event.occurred_at == NOW - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("net_pnl", "kind"),
    [
        ("-99.99", EventKind.POSITION_CLOSED),
        ("-100", EventKind.LARGE_LOSS),
        ("100", EventKind.POSITION_CLOSED),
    ],
)
def test_a_loss_is_large_from_the_limit_on(net_pnl: str, kind: EventKind) -> None:
    assert [e.kind for e in detected(changes(trades=(leg(net_pnl),)))] == [kind]


def test_a_liquidation_is_told_as_such_and_not_also_as_a_loss() -> None:
    seen = changes(trades=(leg(-5000, status=TradeStatus.LIQUIDATED),))
    (event,) = detected(seen)
    assert event.kind is EventKind.LIQUIDATION
    assert isinstance(event.facts, LegClosed)
    assert event.facts.is_liquidation


def test_of_several_kinds_that_apply_the_gravest_that_is_wanted_is_told() -> None:
    rules = Rules(frozenset({EventKind.POSITION_CLOSED}), large_loss=Decimal(1))
    seen = changes(trades=(leg(-5000, status=TradeStatus.LIQUIDATED), open_trade()))
    (event,) = detected(seen, rules)
    assert event.kind is EventKind.POSITION_CLOSED
    assert isinstance(event.facts, LegClosed)
    assert not event.facts.is_liquidation


def test_the_row_of_an_open_position_and_its_later_legs_have_one_key() -> None:
    (opened,) = detected(changes(trades=(open_trade(),)))
    young = NOW - timedelta(minutes=5)
    both = detected(changes(trades=(leg(opened_at=young),)))
    assert [e.kind for e in both] == [
        EventKind.POSITION_OPENED,
        EventKind.POSITION_CLOSED,
    ]
    assert both[0].key == opened.key
    assert both[1].key != opened.key


def test_legs_of_one_entry_are_opened_once_with_the_size_of_all() -> None:
    young = NOW - timedelta(minutes=5)
    parts = (leg(trade_id="a", opened_at=young), leg(trade_id="b", opened_at=young))
    opened, *closed = detected(changes(trades=parts))
    assert opened.kind is EventKind.LARGE_TRADE
    assert opened.numbers["quantity"] == 1
    assert len({event.key for event in closed}) == 2


def test_a_leg_of_an_order_that_was_never_seen_by_itself_tells_of_no_opening() -> None:
    assert [e.kind for e in detected(changes(trades=(leg(),)))] == [
        EventKind.POSITION_CLOSED
    ]


def test_the_same_order_number_at_two_accounts_is_two_positions() -> None:
    seen = changes(trades=(open_trade(), open_trade(model_id=2)))
    assert len({event.key for event in detected(seen)}) == 2


@pytest.mark.parametrize(
    ("ago", "is_told"),
    [
        (timedelta(minutes=59), False),
        (timedelta(hours=1), True),
        (timedelta(hours=47), True),
        (timedelta(days=2), False),
    ],
)
def test_a_vanished_position_is_told_once_its_legs_do_not_come(
    ago: timedelta, is_told: bool
) -> None:
    gone = open_trade(status=TradeStatus.CLOSED, last_observed_at=NOW - ago)
    told = PositionVanished(ADA, "BTC", TradeSide.LONG, Decimal("0.5"), NOW - ago)
    events = detected(changes(vanished=(gone,)))
    assert [e.facts for e in events] == ([told] if is_told else [])


def test_what_is_not_known_is_left_out_of_the_numbers() -> None:
    bare = open_trade(leverage=None, confidence=None)
    (event,) = detected(changes(trades=(bare,)))
    assert "leverage" not in event.numbers


# --- restated legs --------------------------------------------------------------


def test_a_restated_amount_is_told_with_both_values_when_it_was_first_served_so() -> (
    None
):
    (event,) = detected(changes(restated=(restated(),)))
    assert event.kind is EventKind.LEG_RESTATED
    assert (event.account_id, event.symbol) == ("model-1", "BTC")
    assert event.occurred_at == NOW
    assert event.numbers == {"before_usd": Decimal(95), "after_usd": Decimal(-300)}
    assert event.facts == LegRestated(
        ADA, "BTC", TradeSide.LONG, "pnl", Decimal(95), Decimal(-300)
    )


def test_each_value_that_changed_is_an_event_of_its_own_and_the_same_each_time() -> (
    None
):
    again = restated(old=Decimal(-300), new=Decimal(95))
    seen = changes(restated=(restated(), restated(field="fees"), again))
    assert len({event.key for event in detected(seen)}) == 3
    assert detected(seen) == detected(seen)


def test_a_restated_quantity_and_time_have_their_own_units() -> None:
    size = restated(field="size", old=Decimal(1), new=Decimal(2))
    later = NOW + timedelta(seconds=90.5)
    time = restated(field="closed_at", old=NOW, new=later)
    sized, moved = detected(changes(restated=(size, time)))
    assert sized.numbers == {"before_quantity": 1, "after_quantity": 2}
    assert moved.numbers == {"shift_seconds": Decimal("90.5")}


def test_a_value_that_is_gone_has_no_number_and_no_time_is_when_it_was_noted() -> None:
    noted = NOW - timedelta(minutes=1)
    gone = restated(new=None, observed_at=None, noted_at=noted)
    (event,) = detected(changes(restated=(gone,)))
    assert event.numbers == {"before_usd": 95}
    assert event.occurred_at == noted


def test_who_does_not_want_restated_legs_gets_none() -> None:
    rules = Rules(kinds={EventKind.POSITION_CLOSED})
    assert not detected(changes(restated=(restated(),)), rules)
