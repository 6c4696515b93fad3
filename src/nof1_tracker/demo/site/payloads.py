"""What each endpoint serves at an instant, with the site's field names and order."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache, partial
from uuid import UUID

from nof1_tracker.demo.arena.arena import Arena, Contestant
from nof1_tracker.demo.arena.book import INITIAL
from nof1_tracker.demo.arena.market import number
from nof1_tracker.demo.site.conversation import conversation
from nof1_tracker.demo.site.rows import (
    Json,
    analysis_row,
    named,
    standing_row,
    total_row,
    trade_row,
)

TRADES_PER_ACCOUNT = 100
CONVERSATIONS = 100
CONVERSATIONS_OF_ONE_COMPETITION = 200
REMEMBERED = 4 * CONVERSATIONS_OF_ONE_COMPETITION


class Payloads:
    """The arena's endpoints. `query` holds the request's URL parameters."""

    def __init__(self, arena: Arena) -> None:
        self.arena = arena
        self._rows: dict[tuple[str, int], Json] = {}
        self._conversation = lru_cache(maxsize=REMEMBERED)(partial(conversation, arena))

    def serve(
        self, endpoint: str, at: datetime, query: Mapping[str, str] | None = None
    ) -> Json | None:
        """The payload of /api/<endpoint>; None where there is no such endpoint."""
        seconds = self.arena.seconds(at)
        name, _, account = endpoint.partition("/")
        body = self._body(name, seconds, query or {}, account)
        if body is not None and name not in ("leaderboard", "conversations"):
            body["serverTime"] = int(at.timestamp() * 1000)
        return body

    def _body(
        self, name: str, at: float, query: Mapping[str, str], account: str
    ) -> Json | None:
        marker = _integer(query.get("lastHourlyMarker"))
        competition = _integer(query.get("competitionId"))
        endpoints: dict[str, Callable[[], Json | None]] = {
            "account-totals": lambda: self.account_totals(at, marker),
            "trades": lambda: self.trades(at),
            "conversations": lambda: self.conversations(at, competition),
            "leaderboard": lambda: self.leaderboard(at),
            "analytics": lambda: self.analytics(at, account),
            "since-inception-values": lambda: self.inception_values(at),
            "crypto-prices": lambda: self.prices(at),
        }
        return endpoints[name]() if name in endpoints else None

    # --- account totals -------------------------------------------------------

    def account_totals(self, at: float, after_marker: int | None = None) -> Json:
        """All hours so far; the last one is not over yet and changes every minute."""
        first = 0 if after_marker is None else after_marker + 1
        rows: list[Json] = []
        per_account = {
            who.key: int((at - who.phase) // 60) for who in self.arena.accounts.values()
        }
        newest = max((minute // 60 for minute in per_account.values()), default=0)
        for marker in range(max(first, 0), newest + 1):
            for who in self.arena.accounts.values():
                minute = min(per_account[who.key], marker * 60 + 59)
                if minute >= marker * 60:
                    rows.append(named(self.arena, self._total(who, minute), who, at))
        return {"accountTotals": rows, "lastHourlyMarkerRead": max(newest, 0)}

    def _total(self, who: Contestant, minute: int) -> Json:
        """The row of one account at one minute; an hour's last row is kept."""
        if minute % 60 < 59:
            return total_row(self.arena, who, minute)
        place = (who.key, minute)
        if place not in self._rows:
            self._rows[place] = total_row(self.arena, who, minute)
        return self._rows[place]

    # --- trades ---------------------------------------------------------------

    def trades(self, at: float) -> Json:
        """The newest legs of each account, newest exit first, at most 100."""
        return {
            "trades": [
                named(self.arena, trade_row(self.arena, who, leg), who, at)
                for who in self.arena.talkers()
                for leg in who.book.legs_until(at)[: -TRADES_PER_ACCOUNT - 1 : -1]
            ]
        }

    # --- conversations --------------------------------------------------------

    def conversations(self, at: float, competition: int | None = None) -> Json:
        """The newest conversations, of all accounts or of one competition's."""
        limit = CONVERSATIONS_OF_ONE_COMPETITION if competition else CONVERSATIONS
        rows = []
        for turn in self.arena.newest_turns(at, limit, competition):
            who = self.arena.accounts[turn.account]
            row = named(self.arena, self._conversation(turn), who, at)
            if self.arena.season == "1":
                row["run_id"] = who.entrant.run_stamp
            rows.append(row)
        return {"conversations": rows}

    # --- other endpoints ------------------------------------------------------

    def leaderboard(self, at: float) -> Json:
        """Days out of date, by a different lag for each account, with wrong counts."""
        rows = [standing_row(self.arena, who, at) for who in self.arena.talkers()]
        return {"leaderboard": sorted(rows, key=lambda row: str(row["id"]))}

    def analytics(self, at: float, account: str = "") -> Json | None:
        """The statistics of all accounts, or of one; competition 4 has flat rows."""
        asked = [who for who in self.arena.talkers() if account in ("", who.key)]
        if not asked:
            return None
        rows = [analysis_row(self.arena, who, at) for who in asked]
        return {"analytics": sorted(rows, key=lambda row: str(row["id"]))}

    def inception_values(self, at: float) -> Json:
        """When each account, including the benchmark, started, and with what equity."""
        rows = [
            named(
                self.arena,
                {
                    "id": str(UUID(int=(who.index + 1) * 0x9E3779B97F4A7C15F39CC060)),
                    "nav_since_inception": int(INITIAL),
                    "inception_date": self.arena.unix(who.phase),
                    "num_invocations": 0,
                },
                who,
                at,
            )
            for who in self.arena.accounts.values()
        ]
        return {"sinceInceptionValues": rows}

    def prices(self, at: float) -> Json:
        """The newest mid prices, by ticker."""
        moment = int(self.arena.unix(at) * 1000)
        return {
            "prices": {
                each.ticker: {
                    "symbol": each.ticker,
                    "price": number(self.arena.market.mid(each.symbol, at)),
                    "timestamp": moment,
                }
                for each in self.arena.market.instruments.values()
            }
        }


def _integer(text: str | None) -> int | None:
    try:
        return None if text is None else int(text)
    except ValueError:
        return None
