"""Rows of the endpoints, with the site's field names."""

from datetime import UTC, datetime
from typing import Any

from nof1_tracker.demo.arena.arena import Arena, Contestant
from nof1_tracker.demo.arena.book import INITIAL, Holding, Leg
from nof1_tracker.demo.arena.market import noise, number
from nof1_tracker.demo.arena.roster import COMPETITIONS
from nof1_tracker.demo.arena.statistics import tables

Json = dict[str, Any]

STALEST = 4 * 86_400.0
"""The most seconds that the leaderboard may be out of date."""


def named(arena: Arena, row: Json, who: Contestant, at: float) -> Json:
    """The row with the account's id and its name at that instant."""
    entrant = who.entrant
    if entrant.competition is None:
        return {**row, "model_id": entrant.model}
    return {
        **row,
        "run_id": entrant.key,
        "run_name": arena.run_name(entrant, at),
        "model_name": arena.model_name(entrant, at),
        "competition_id": entrant.competition,
        "aggregation_id": f"agg_{entrant.model}",
    }


def total_row(arena: Arena, who: Contestant, minute: int) -> Json:
    book = who.book
    at = who.phase + minute * 60
    equity, unrealized = book.equity(at), book.unrealized(at)
    realized = round(equity - INITIAL - unrealized, 6)
    row: Json = {
        "id": f"{who.key}_{minute // 60}",
        "timestamp": arena.unix(at),
        # The site's mistake: an unrealized loss is deducted twice.
        "realized_pnl": number(realized + 2 * min(unrealized, 0)),
        "positions": {
            held.symbol: _position_row(arena, who, held, at)
            for held in book.open_at(at)
        },
        "since_inception_minute_marker": minute,
        "sharpe_ratio": arena.sharpe(who, at),
        "cum_pnl_pct": number(round(equity / 100 - 100, 3)),
        "total_unrealized_pnl": number(unrealized),
        "since_inception_hourly_marker": minute // 60,
        "dollar_equity": number(equity),
    }
    if who.entrant.competition == 4:
        row["nav"] = row.pop("dollar_equity")
    return row


def _position_row(arena: Arena, who: Contestant, held: Holding, at: float) -> Json:
    plan, lot = held.plan, held.lots[0]
    mid = arena.market.mid(held.symbol, at)
    row: Json = {
        "entry_oid": lot.oid,
        "risk_usd": number(plan.risk_usd),
        "confidence": number(plan.confidence),
        "index_col": None,
        "exit_plan": {
            "profit_target": number(plan.profit_target),
            "stop_loss": number(plan.stop_loss),
            "invalidation_condition": plan.invalidation_condition,
        },
        "entry_time": arena.unix(round(lot.at - 0.4, 5)),
        "symbol": held.symbol,
        "entry_price": number(held.entry_price(at)),
        "tp_oid": held.tp_oid,
        "margin": number(held.margin(at)),
        "wait_for_fill": False,
        "sl_oid": held.sl_oid,
        "oid": lot.oid,
        "current_price": number(mid),
        "closed_pnl": number(-round(lot.fee, 2)),
        "liquidation_price": number(held.liquidation_price(at)),
        "commission": number(lot.fee),
        "leverage": plan.leverage,
        "slippage": 0,
        "quantity": number(held.quantity(at)),
        "unrealized_pnl": number(held.unrealized(at, mid)),
    }
    if (who.entrant.competition or 0) >= 3:
        row["coin"] = row.pop("symbol")
        row["position"] = row.pop("quantity")
    if who.entrant.competition:
        row["is_active"] = True
    return row


def trade_row(arena: Arena, who: Contestant, leg: Leg) -> Json:
    entered, left = arena.unix(leg.lot.at), arena.unix(leg.at)
    size = number(abs(leg.quantity))
    side = "long" if leg.is_long else "short"
    return {
        "id": arena.trade_id(who.key, leg),
        "exit_sz": size,
        "exit_human_time": _human(left),
        "entry_commission_dollars": number(leg.entry_fee),
        "symbol": leg.symbol,
        "total_commission_dollars": number(leg.fees),
        "entry_liquidation": None,
        "entry_sz": size,
        "entry_human_time": _human(entered),
        "entry_tid": leg.lot.tid,
        "quantity": number(leg.quantity),
        "exit_crossed": leg.crossed,
        "confidence": 0,
        "exit_commission_dollars": number(leg.exit_fee),
        "entry_oid": leg.lot.oid,
        "exit_oid": leg.oid,
        "entry_closed_pnl": number(-leg.entry_fee),
        "exit_tid": leg.tid,
        "exit_plan": {},
        "exit_time": number(left),
        "exit_liquidation": None,
        "entry_time": number(entered),
        "side": side,
        "entry_price": number(leg.lot.price),
        "entry_crossed": True,
        "exit_closed_pnl": number(leg.closed_pnl),
        "realized_net_pnl": number(leg.net_pnl),
        "exit_price": number(leg.price),
        "trade_id": f"{entered}_{leg.symbol}_{left}_{who.key}",
        "realized_gross_pnl": number(leg.gross_pnl),
        "leverage": 1,
        "trade_type": side,
    }


def standing_row(arena: Arena, who: Contestant, at: float) -> Json:
    lag = STALEST * (0.25 + 0.75 * noise(arena.seed, who.index, 5))
    then = max(at // 21_600 * 21_600 - lag, min(at, 3_600.0))
    equity = round(who.book.equity(then), 2)
    last = who.book.legs_until(then)[-1:]
    net = round(last[0].net_pnl, 2) if last else 0
    row: Json = {
        "id": who.key,
        "num_trades": 1,
        "sharpe": 0,
        "win_dollars": max(net, 0),
        "num_losses": int(net < 0),
        "lose_dollars": min(net, 0),
        "return_pct": number(equity / 100 - 100),
        "equity": number(equity),
        "num_wins": int(net > 0),
    }
    if who.entrant.competition:
        row = named(arena, row, who, at)
        row["current_personality"] = COMPETITIONS[who.entrant.competition].title()
    return row


def analysis_row(arena: Arena, who: Contestant, at: float) -> Json:
    legs, cycle = who.book.legs_until(at), who.cycles.until(at)
    turn = arena.turn(who, max(cycle, 1))
    row: Json = {
        "id": who.key,
        "updated_at": arena.unix(max(at - 36, 0)),
        "last_trade_exit_time": arena.unix(legs[-1].at) if legs else None,
        "last_convo_doc_id": turn.conversation_id if cycle else None,
        "last_convo_timestamp": turn.timestamp if cycle else None,
        "last_trade_doc_id": arena.trade_id(who.key, legs[-1]) if legs else None,
    }
    numbers = tables(arena, who, at)
    if who.entrant.competition == 4:
        for table in numbers.values():
            row.update(table)
        row["trade_exit_time"] = row.pop("last_trade_exit_time")
    else:
        row.update(numbers)
    return named(arena, row, who, at)


def _human(unix: float) -> str:
    naive = datetime.fromtimestamp(unix, UTC).replace(tzinfo=None)
    return naive.isoformat(" ", "microseconds")
