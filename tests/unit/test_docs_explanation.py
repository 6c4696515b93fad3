"""The limits that the explanations name are those of the code."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import UniqueConstraint

from nof1_tracker.analyzer.decisions.decision_metrics import RULES
from nof1_tracker.analyzer.performance import COMPARABLE_WITHIN, STALE_BEYOND
from nof1_tracker.analyzer.report.season_report import ReportRules
from nof1_tracker.analyzer.uncertainty.bootstrap import CONFIDENCE, resample_count
from nof1_tracker.analyzer.uncertainty.ranking import POWER
from nof1_tracker.database import Base
from nof1_tracker.records.enums import EquitySource
from nof1_tracker.records.parsed import INITIAL_EQUITY
from nof1_tracker.services.store_payload import STORE_ATTEMPTS

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "explanation"
SPANS = {timedelta(hours=1): "hour", timedelta(days=1): "a day"}
WORDS = {3: "three", 5: "five"}
GRID = ReportRules()
SPENT_TRYING = sum(2**each for each in range(STORE_ATTEMPTS - 1))
SAID = {
    "leaderboard.md": (
        f"differs by more than {STALE_BEYOND:.0%} from".replace("%", " %"),
        f"observed within {SPANS[COMPARABLE_WITHIN]} of it",
        f"less the season's initial equity ({INITIAL_EQUITY:,}) less unrealized",
    ),
    "time.md": (
        f"read the curve every {SPANS[GRID.step]}",
        f"more than {WORDS[GRID.max_gap // GRID.step]} hours apart",
        f"up to {RULES.fill_before.seconds} seconds the wrong way",
        f"up to {RULES.fill_within.seconds // 60} minutes the right way",
    ),
    "uncertainty.md": (
        f"{resample_count(100, draws=20_000_000, least=1_000):,} times",
        f"reaches {CONFIDENCE:.0%} against every rival".replace("%", " %"),
        f"a probability of {POWER:.0%}".replace("%", " %"),
    ),
    "storage.md": (f"{WORDS[STORE_ATTEMPTS]} times over {SPENT_TRYING} seconds",),
    "source.md": (
        f"less the season's initial equity ({INITIAL_EQUITY:,}) less unrealized",
    ),
}


@pytest.mark.parametrize(
    ("page", "words"), [(page, words) for page, some in SAID.items() for words in some]
)
def test_a_limit_is_as_the_code_has_it(page: str, words: str) -> None:
    text = " ".join((FOLDER / page).read_text(encoding="utf-8").split())
    assert words in text


def test_sources_are_named_in_the_order_of_trust() -> None:
    text = (FOLDER / "leaderboard.md").read_text(encoding="utf-8")
    places = [text.index(f"`{source.value}`") for source in EquitySource]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("rows", "table", "key"),
    [
        ("legs", "trades", {"trade_id"}),
        ("conversations", "model_chats", {"conversation_id"}),
        ("snapshots", "leaderboard_snapshots", {"model_id", "timestamp"}),
        ("positions", "positions", {"model_id", "timestamp", "symbol", "entry_oid"}),
        ("decisions", "chat_decisions", {"model_chat_id", "symbol"}),
        ("prices", "prices", {"symbol", "observed_at"}),
    ],
)
def test_rows_are_told_apart_by_the_keys_of_the_table(
    rows: str, table: str, key: set[str]
) -> None:
    text = (FOLDER / "storage.md").read_text(encoding="utf-8")
    assert f"| {rows} |" in text
    unique = [
        {column.name for column in each.columns}
        for each in Base.metadata.tables[table].constraints
        if isinstance(each, UniqueConstraint)
    ]
    assert key in unique
