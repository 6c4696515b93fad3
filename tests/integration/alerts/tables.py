"""Tables filled by hand, and listeners whose channels end at a receiver."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from nof1_tracker.clock import Clock
from nof1_tracker.database.event_models import EventDelivery, EventRow
from nof1_tracker.database.models import (
    LeaderboardSnapshot,
    LLMModel,
    ModelChat,
    RejectedPayload,
    Season,
    SourceTrait,
    Trade,
)
from nof1_tracker.monitor.alerts.channels import channels_of, terms_of
from nof1_tracker.monitor.alerts.delivery import ChannelDelivery
from nof1_tracker.monitor.alerts.listener import AlertListener
from nof1_tracker.monitor.cycle_report import CycleReport, KindOutcome
from nof1_tracker.records.enums import (
    ChatDecision,
    EquitySource,
    Kind,
    RunStatus,
    TradeSide,
    TradeStatus,
)
from nof1_tracker.settings import AlertSettings
from tests.fakes import FakeClock
from tests.receiver import Receiver

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def settings_for(receiver: Receiver, **others: Any) -> AlertSettings:
    """A channel for people at /people and the webhook at /hook."""
    values = {
        "NOTIFY_URLS": f"json://{receiver.address}/people",
        "NOTIFY_WEBHOOK_URL": f"{receiver.url}/hook",
        "NOTIFY_WEBHOOK_SECRET": SECRET,
    }
    return AlertSettings(**(values | others))


def webhook_alone(receiver: Receiver, **others: Any) -> AlertSettings:
    """The webhook at /hook and nothing else."""
    return settings_for(receiver, NOTIFY_URLS="", **others)


def people_alone(receiver: Receiver, **others: Any) -> AlertSettings:
    """The channel for people and nothing else."""
    return settings_for(
        receiver, NOTIFY_WEBHOOK_URL=None, NOTIFY_WEBHOOK_SECRET=None, **others
    )


def deliveries(
    engine: Engine, clock: Clock, settings: AlertSettings
) -> list[ChannelDelivery]:
    """Who delivers, to be called and not started."""
    terms = terms_of(settings)
    return [
        ChannelDelivery(engine, clock, each, terms) for each in channels_of(settings)
    ]


def deliver(engine: Engine, clock: Clock, settings: AlertSettings) -> None:
    """Sends what is due through every channel."""
    for delivery in deliveries(engine, clock, settings):
        delivery.deliver()


def report(
    clock: Clock, status: RunStatus = RunStatus.COMPLETE, error: str | None = None
) -> CycleReport:
    """A cycle that scraped trades and ended just now."""
    outcome = KindOutcome(Kind.TRADES, status, 1.0, error)
    return CycleReport(1, clock.now(), clock.now(), (outcome,), ())


class Tables:
    """Adds rows as the scrapers would, one commit each."""

    def __init__(self, engine: Engine, clock: FakeClock) -> None:
        self._engine = engine
        self._clock = clock
        self._cycle = 0
        with Session(engine) as session:
            query = select(Season.id).where(Season.season_number == Decimal(1))
            self.season_id = session.scalars(query).one()
        self.ada = self.account("Ada")
        self.equity(self.ada, 10_000)
        self.chat(self.ada)

    def _add(self, row: Any) -> int:
        with Session(self._engine) as session, session.begin():
            session.add(row)
            session.flush()
            return int(row.id)

    def account(self, name: str) -> int:
        """An account of that name."""
        return self._add(LLMModel(name=name, provider="Acme", model_id=name.lower()))

    def equity(self, account: int, usd: object) -> int:
        """An equity observed now."""
        equity = Decimal(str(usd))
        return self._add(
            LeaderboardSnapshot(
                season_id=self.season_id,
                model_id=account,
                timestamp=self._clock.now(),
                total_assets=equity,
                pnl=equity - 10_000,
                pnl_percent=(equity - 10_000) / 100,
                source=EquitySource.MODEL_CHAT,
            )
        )

    def chat(self, account: int, cycle: int | None = None) -> int:
        """The next conversation, or the one of that number."""
        self._cycle = cycle or self._cycle + 1
        return self._add(
            ModelChat(
                conversation_id=f"{account}_{self._cycle}",
                season_id=self.season_id,
                model_id=account,
                cycle_id=self._cycle,
                timestamp=self._clock.now(),
                content="",
                decision=ChatDecision.HOLD,
            )
        )

    def rejected(self, reason: str) -> int:
        """A row that could not be understood."""
        now = self._clock.now()
        return self._add(
            RejectedPayload(
                digest=f"{reason:.32}",
                endpoint="trades",
                reason=reason,
                payload="{}",
                origin="",
                first_seen_at=now,
                last_seen_at=now,
            )
        )

    def changed(self, path: str) -> int:
        """A field that the site serves from now on."""
        now = self._clock.now()
        return self._add(
            SourceTrait(
                endpoint="trades",
                path=path,
                json_type="number",
                word="",
                example="1",
                first_seen_at=now,
                is_constant=False,
                noted_at=now,
            )
        )

    def opened(self, oid: int, account: int | None = None, **changes: Any) -> int:
        """A position opened now."""
        values: dict[str, Any] = {
            "season_id": self.season_id,
            "model_id": account or self.ada,
            "trade_id": f"open_{oid}",
            "symbol": "BTC",
            "side": TradeSide.LONG,
            "entry_price": Decimal(100_000),
            "size": Decimal("0.1"),
            "status": TradeStatus.OPEN,
            "entry_oid": oid,
            "opened_at": self._clock.now(),
        }
        return self._add(Trade(**(values | changes)))

    def closed(self, oid: int, net_pnl: object = 5, **changes: Any) -> int:
        """A leg closed now, of a position opened an hour ago."""
        values: dict[str, Any] = {
            "trade_id": f"leg_{oid}",
            "exit_price": Decimal(100_100),
            "pnl": Decimal(str(net_pnl)),
            "fees": Decimal(1),
            "status": TradeStatus.CLOSED,
            "opened_at": self._clock.now() - timedelta(hours=1),
            "closed_at": self._clock.now(),
        }
        return self.opened(oid, **(values | changes))

    def forget(self, trade_row: int) -> None:
        """Deletes a row of trades, as where legs replace it."""
        with Session(self._engine) as session, session.begin():
            session.delete(session.get_one(Trade, trade_row))


def titles(engine: Engine, *, is_news: bool = True) -> list[str]:
    """Of the events that are stored, in the order in which they happened."""
    with Session(engine) as session:
        query = select(EventRow.title).where(EventRow.is_news == is_news)
        return list(session.scalars(query.order_by(EventRow.occurred_at, EventRow.id)))


def texts(engine: Engine) -> list[str]:
    """The texts below the titles, in the order in which they happened."""
    with Session(engine) as session:
        query = select(EventRow.text).order_by(EventRow.occurred_at, EventRow.id)
        return list(session.scalars(query))


def statuses(engine: Engine) -> dict[str, int]:
    """How many deliveries there are by status."""
    found: dict[str, int] = {}
    with Session(engine) as session:
        for status in session.scalars(select(EventDelivery.status)):
            found[status.value] = found.get(status.value, 0) + 1
    return found


def first_look(
    engine: Engine, clock: FakeClock, settings: AlertSettings
) -> AlertListener:
    """A listener for which everything up to now is history."""
    listener = AlertListener(engine, clock, settings)
    listener.cycle_ended(report(clock))
    clock.advance(60)
    return listener


def at(clock: FakeClock, time: datetime) -> None:
    """Lets time pass until then."""
    clock.advance((time - clock.now()).total_seconds())
