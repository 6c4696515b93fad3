"""`nof1-tracker backfill`, as people run it."""

import subprocess
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nof1_tracker.database.engine.schema import upgrade
from nof1_tracker.database.exchange_models import FillRow
from nof1_tracker.demo.exchange.exchange_rows import fills_of
from nof1_tracker.demo.exchange.exchange_server import DemoExchange
from nof1_tracker.history.hyperliquid.season1_wallets import SEASON_1_WALLETS
from tests.integration.backfill.exchange_worlds import give_wallets
from tests.loopback import unused_url
from tests.worlds import PROGRAM, arena_of, engine_on, environment

ARENA = arena_of(days=0.5)


def run(
    url: str, exchange: str, *arguments: str, **others: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments],
        env=environment(url, NOF1_HYPERLIQUID_URL=exchange, **others),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_it_says_what_it_would_ask_then_fills_in_and_says_what_it_did(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'nof1.db'}"
    with engine_on(url) as engine, DemoExchange(ARENA) as exchange:
        upgrade(engine)
        give_wallets(engine, ARENA)
        span = ("--season", "1", "--until", f"{ARENA.end:%Y-%m-%dT%H:%M:%SZ}")
        planned = run(url, exchange.url, "backfill", "hyperliquid", *span, "--dry-run")
        assert planned.returncode == 0, planned.stderr
        assert "gpt-5: userFillsByTime: from 2025-10-" in planned.stdout
        assert exchange.asked == []
        done = run(url, exchange.url, "backfill", "hyperliquid", *span)
        assert done.returncode == 0, done.stderr
        assert "legs: " in done.stdout
        end = ARENA.end.timestamp() * 1000
        fills = [row for who in ARENA.talkers() for row in fills_of(ARENA, who)]
        with Session(engine) as session:
            stored = session.scalars(select(func.count()).select_from(FillRow)).one()
        assert stored == sum(row["time"] <= end for row in fills)
        again = run(url, exchange.url, "backfill", "hyperliquid", *span, "--dry-run")
        assert "gpt-5: userFillsByTime: nothing is left" in again.stdout


def test_the_wallets_of_season_1_are_asked_for_without_an_account(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'nof1.db'}"
    with DemoExchange(ARENA) as exchange:
        done = run(url, exchange.url, "backfill", "hyperliquid", "--season", "1")
        assert done.returncode == 0, done.stderr
        asked = {body["user"] for body in exchange.asked if "user" in body}
    assert asked == set(SEASON_1_WALLETS.values())


def test_a_wallet_that_is_not_an_address_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'nof1.db'}"
    done = run(url, "http://127.0.0.1:1", "models", "set", "gpt-5", "--wallet", "0x12")
    assert done.returncode == 2
    assert "is not the address of a wallet" in done.stderr


def test_where_one_of_both_sources_fails_the_other_is_used_and_the_exit_code_says_it(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'nof1.db'}"
    with engine_on(url) as engine, DemoExchange(ARENA) as exchange:
        upgrade(engine)
        give_wallets(engine, ARENA)
        span = ("--season", "1", "--until", f"{ARENA.end:%Y-%m-%dT%H:%M:%SZ}")
        away = {"NOF1_WAYBACK_URL": unused_url()}
        done = run(url, exchange.url, "backfill", "all", *span, **away)
        assert done.returncode == 3, done.stderr
        assert "legs: " in done.stdout
        assert "Failed: " in done.stderr
        assert "cannot be reached" in done.stderr
        alone = run(url, exchange.url, "backfill", "wayback", *span, **away)
        assert alone.returncode == 5
        assert "NOF1_WAYBACK_URL" in alone.stderr
