"""Reports as tables: readable at every width, harmless whatever they hold."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.table import Table

from nof1_tracker.analyzer.performance import (
    ChatList,
    Condition,
    Standings,
    TradeList,
    build_standings,
)
from nof1_tracker.records.archive.archive_positions import ArchiveState, Waiting
from nof1_tracker.records.enums import (
    ChatDecision,
    EquitySource,
    RunStatus,
    TradeStatus,
)
from nof1_tracker.records.status import (
    ChatGaps,
    ImplausibleLegs,
    StoredRun,
    SuspectedGlitch,
)
from nof1_tracker.records.stored import StoredChat
from nof1_tracker.rendering.programs.standings import COLUMNS, standings_rows
from nof1_tracker.rendering.programs.trades import trade_rows
from nof1_tracker.rendering.terminal.chats import chat_paragraphs
from nof1_tracker.rendering.terminal.console import calm_table, first_fitting
from nof1_tracker.rendering.terminal.standings import standings_table
from nof1_tracker.rendering.terminal.status import condition_report
from nof1_tracker.rendering.terminal.trades import trades_table
from nof1_tracker.rendering.text import UNKNOWN
from tests.unit.analyzer.boards import NOW, account, season, snapshot, trade

HOSTILE = "\x1b[2J\x9b31m[bold]\u202eEvil"
SEASON_1 = {
    "deepseek-chat-v3.1": ("DeepSeek V3.1", "21510.45", "10900.67"),
    "claude-sonnet-4-5": ("Claude Sonnet 4.5", "11247.59", "8552.70"),
    "gpt-5": ("GPT-5", "3741.88", "3656.88"),
}


def shown(renderable: RenderableType, width: int = 100) -> str:
    """What a terminal of that width gets, colours included."""
    console = Console(
        file=io.StringIO(), width=width, force_terminal=True, color_system="truecolor"
    )
    with console.capture() as capture:
        console.print(renderable)
    return capture.get()


def plain(renderable: RenderableType, width: int = 100) -> str:
    """What stdout gets where it is no terminal."""
    console = Console(file=io.StringIO(), width=width)
    with console.capture() as capture:
        console.print(renderable)
    return capture.get()


def season_1() -> Standings:
    return build_standings(
        season(),
        NOW,
        [account(key, name=name) for key, (name, _, _) in SEASON_1.items()],
        {key: snapshot(key, equity) for key, (_, equity, _) in SEASON_1.items()},
        [
            snapshot(key, claim, source=EquitySource.LEADERBOARD, rank=place)
            for place, (key, (_, _, claim)) in enumerate(SEASON_1.items(), start=1)
        ],
        {},
    )


def season_of_many(count: int) -> Standings:
    keys = [f"run-{number}" for number in range(count)]
    return build_standings(
        season(),
        NOW,
        [account(k, name=f"Grok {k} - Situational Awareness") for k in keys],
        {k: snapshot(k, str(10000 + place)) for place, k in enumerate(keys)},
        [
            snapshot(k, str(20000 + 100 * place), source=EquitySource.LEADERBOARD)
            for place, k in enumerate(keys)
        ],
        {},
    )


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_standings_fit_the_width_and_lose_no_number(width: int) -> None:
    text = plain(standings_table(season_1(), width), width)

    assert max(cell_len(line) for line in text.splitlines()) <= width
    for number in ("21,510.45", "+115.1", "11,247.59", "3,741.88", "-62.6", "3 min"):
        assert number in text
    assert "…" not in text


def test_at_80_columns_each_account_of_season_1_has_one_line() -> None:
    text = plain(standings_table(season_1(), 80), 80)

    assert any(
        "Claude Sonnet 4.5" in line and "11,247.59" in line
        for line in text.splitlines()
    )


def test_the_provider_is_shown_where_there_is_room_for_it() -> None:
    assert "Maker" in plain(standings_table(season_1(), 120), 120)
    assert "Maker" not in plain(standings_table(season_1(), 80), 80)


def test_a_stale_leaderboard_is_called_wrong_under_the_table() -> None:
    text = plain(standings_table(season_1(), 100))

    assert "the site's leaderboard says" in text
    assert "$10,900.67 for DeepSeek V3.1 (rank 1): off by -49.3 %" in text


def test_of_many_stale_numbers_the_worst_are_shown_and_the_rest_counted() -> None:
    text = plain(standings_table(season_of_many(32), 100))

    assert text.count("off by") == 5
    assert "$23,100.00 for Grok run-31" in text
    assert "27 more" in text


def test_rows_for_programs_have_the_promised_keys_and_fractions() -> None:
    first = standings_rows(season_1())[0]

    assert tuple(first) == COLUMNS
    assert first["equity"] == Decimal("21510.45")
    assert first["total_return"] == 1.151045
    assert first["observed_at"] == "2025-10-28T06:57:00Z"
    assert set(first["stale_sources"][0]) == {
        "source",
        "equity",
        "observed_at",
        "difference",
    }


def test_names_from_the_site_cannot_steer_the_terminal() -> None:
    report = build_standings(
        season(name=HOSTILE),
        NOW,
        [account("a", name=HOSTILE, provider=HOSTILE)],
        {"a": snapshot("a", "10000")},
        [snapshot("a", "5000", source=EquitySource.LEADERBOARD)],
        {},
    )

    text = shown(standings_table(report, 200), 200)

    assert_harmless(text)
    assert "[bold]Evil" in text


def test_trades_and_chats_cannot_steer_the_terminal_either() -> None:
    trades = TradeList(NOW, 1, (trade(name=HOSTILE, symbol=HOSTILE),))
    chats = ChatList(NOW, 1, (chat(name=HOSTILE, symbol=HOSTILE, summary=HOSTILE),))

    assert_harmless(shown(trades_table(trades, 200), 200))
    assert_harmless(shown(chat_paragraphs(chats, 200), 200))


def assert_harmless(text: str) -> None:
    assert "\x1b[2J" not in text
    assert not set(text) & {"\x9b", "\u202e"}


def chat(**changes: object) -> StoredChat:
    fields: dict[str, object] = {
        "conversation_id": "c1",
        "account_id": "a",
        "name": "Alpha",
        "cycle_id": 7,
        "observed_at": NOW - timedelta(minutes=4),
        "decision": ChatDecision.HOLD,
        "symbol": "BTC",
        "confidence": Decimal("65.00"),
        "summary": "I hold.",
        "content": None,
    }
    return StoredChat(**(fields | changes))  # type: ignore[arg-type]


def test_a_chat_has_a_headline_and_its_summary() -> None:
    text = plain(chat_paragraphs(ChatList(NOW, 9, (chat(),)), 100))

    assert "2025-10-28 06:56 UTC  Alpha  hold BTC  65 % sure\n" in text
    assert "  cycle 7 · c1 · 4 min\n" in text
    assert "  I hold." in text
    assert "1 of 9 (all with --limit 0)" in text


def test_the_content_takes_the_place_of_the_summary_where_it_was_asked_for() -> None:
    chats = ChatList(NOW, 1, (chat(content="First.\n\nSecond."),))

    text = plain(chat_paragraphs(chats, 100))

    assert "First." in text
    assert "Second." in text
    assert "I hold." not in text


def test_narrow_standings_still_say_who_has_how_much_since_when() -> None:
    text = plain(standings_table(season_1(), 60), 60)
    assert max(cell_len(line) for line in text.splitlines()) <= 60
    first = next(line for line in text.splitlines() if line.startswith("1 "))
    assert "DeepSeek V3.1" in first
    assert "21,510.45" in first
    assert "…" not in text


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_trades_fit_the_width_and_show_the_net(width: int) -> None:
    report = TradeList(NOW, 1, (trade(name="Gemini 2.5 Pro"),))

    text = plain(trades_table(report, width), width)

    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert "-12.3" in text
    assert ("114,000.50" in text) == (width >= 100)


def test_what_did_not_simply_close_says_so_in_words() -> None:
    endings = (
        trade(status=TradeStatus.OPEN, closed_at=None, net_pnl=None),
        trade(closed_at=None, net_pnl=None),
        trade(status=TradeStatus.LIQUIDATED),
    )

    text = plain(trades_table(TradeList(NOW, 3, endings), 120), 120)

    assert "open " in text
    assert "unobserved" in text
    assert "2025-10-28 05:00 liquidated" in text


def test_an_open_trade_was_held_until_its_position_was_last_seen() -> None:
    opened = NOW - timedelta(days=5)
    seen = trade(
        status=TradeStatus.OPEN,
        closed_at=None,
        opened_at=opened,
        last_observed_at=opened + timedelta(hours=7),
    )
    never = trade(status=TradeStatus.OPEN, closed_at=None, opened_at=opened)

    text = plain(trades_table(TradeList(NOW, 2, (seen, never)), 80), 80)

    of_seen, of_never = text.splitlines()[2:4]
    assert of_seen.endswith(" 7 h  alpha_1")
    assert of_never.endswith(f" {UNKNOWN}  alpha_1")


def test_an_opening_that_nobody_saw_is_told_by_its_bounds() -> None:
    opened = NOW - timedelta(hours=5)
    rest = {"status": TradeStatus.OPEN, "closed_at": None, "last_observed_at": NOW}
    sighted = trade(opened_at=opened, opened_at_known=False, **rest)
    since = NOW - timedelta(hours=7)
    bounded = trade(
        opened_at=opened, opened_at_known=False, opened_not_earlier_than=since, **rest
    )

    text = plain(trades_table(TradeList(NOW, 2, (sighted, bounded)), 120), 120)

    assert text.count(">= 5 h") == 2
    assert "ALPHA, long BTC: opened at or before 2025-10-28 02:00 UTC" in text
    assert "opened between 2025-10-28 00:00 and 2025-10-28 02:00 UTC" in text
    first, second = trade_rows((sighted, bounded))
    assert (first["opened_at"], first["opened_not_earlier_than"]) == (None, None)
    assert first["opened_not_later_than"] == "2025-10-28T02:00:00Z"
    assert second["opened_not_earlier_than"] == "2025-10-28T00:00:00Z"


def test_an_implausible_leg_is_marked_and_its_time_held_is_not_told() -> None:
    reversed_times = trade(
        opened_at=NOW, closed_at=NOW - timedelta(hours=2), oddity="exit before entry"
    )
    future = trade(closed_at=NOW + timedelta(days=9), complete_by=NOW)

    report = TradeList(NOW, 2, (reversed_times, future))
    text = plain(trades_table(report, 120), 120)

    assert "2025-10-28 05:00 !" in text
    assert "! ALPHA, long BTC: exit before entry" in text
    assert "! ALPHA, long BTC: exit after it was served" in text
    assert [row["implausible"] for row in trade_rows(report.rows)] == [
        "exit before entry",
        "exit after it was served",
    ]


def test_clocks_that_differ_by_minutes_are_not_implausible() -> None:
    late = trade(closed_at=NOW + timedelta(minutes=10), complete_by=NOW)

    assert late.implausible is None


def test_what_is_implausible_is_counted_in_the_status() -> None:
    report = condition(
        implausible=(ImplausibleLegs("exit before entry", 3),),
        glitches=(SuspectedGlitch("Alpha", "a", NOW, 0.0),),
    )

    text = plain(condition_report(report))

    assert "exit before entry" in text
    assert "Alpha  2025-10-28 07:00 " in text


def test_a_killed_run_is_interrupted_or_running() -> None:
    run = StoredRun(NOW, None, "http", "https://x", RunStatus.RUNNING, (), None)

    assert "interrupted or running" in plain(condition_report(condition(runs=(run,))))


def test_missing_conversations_are_told_with_the_largest_gap() -> None:
    gap = ChatGaps("Alpha", "a", 90, 10, 6, NOW - timedelta(hours=3), NOW)

    text = plain(condition_report(condition(gaps=(gap,))))

    assert "10.0 %" in text
    assert "2025-10-28 04:00 + 3 h" in text


def test_an_old_schema_is_pointed_out() -> None:
    text = plain(condition_report(condition(schema="0000")))

    assert "0000 (this program needs 0001)" in text


@pytest.mark.parametrize(
    ("archive", "lines"),
    [
        (ArchiveState("/x.db.archive"), ["/x.db.archive (none yet)"]),
        (
            ArchiveState("/x", size=1_500_000, limit=2_000_000_000, lacks_past=True),
            [
                "/x (1.5 MB of at most 2.0 GB)",
                "what was stored before it began is in the tables alone",
            ],
        ),
        (
            ArchiveState("/x", is_on=False, size=0),
            ["/x (0 B)", "NOF1_ARCHIVE is off: nothing is recorded"],
        ),
        (
            ArchiveState("/x", size=7, waiting=Waiting(2, NOW - timedelta(hours=3))),
            ["/x (7 B)", "2 bodies wait to be stored, the first for 3 h"],
        ),
        (
            ArchiveState("/x", size=7, unrecorded=1, unrecorded_at=NOW),
            [
                "/x (7 B)",
                "1 body was stored without being recorded, the last 0 s ago",
            ],
        ),
        (ArchiveState("/x", trouble="It is damaged."), ["/x (It is damaged.)"]),
        (ArchiveState(None), ["none: the database is in memory"]),
    ],
)
def test_the_archive_is_shown_with_what_is_not_in_it(
    archive: ArchiveState, lines: list[str]
) -> None:
    text = plain(condition_report(condition(archive=archive)))
    shown = text.partition("Archive ")[2].split("\n\n")[0]
    assert [line.strip() for line in shown.splitlines()] == lines


def condition(**changes: object) -> Condition:
    fields: dict[str, object] = {
        "at": NOW,
        "database_url": "sqlite:///x.db",
        "schema": "0001",
        "schema_wanted": "0001",
        "row_counts": {"trades": 3, "seasons": 3, "prices": 0},
        "newest": (),
        "gaps": (),
        "coverage": (),
        "runs": (),
        "rejected": (),
        "implausible": (),
        "glitches": (),
        "drift": (),
    }
    return Condition(**(fields | changes))  # type: ignore[arg-type]


def test_a_table_fits_a_terminal_that_calls_itself_dumb(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("FORCE_COLOR", "1")

    def wide() -> Table:
        return calm_table(("A long head that needs room", "right"), ("x" * 80, "left"))

    def narrow() -> Table:
        return calm_table(("Head", "right"))

    assert len(first_fitting(80, wide, narrow).columns) == 1
