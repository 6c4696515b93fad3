"""What the pages around a player show, and what they understand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.records.people.player_pages import AchievementLine
from nof1_tracker.records.progress.achievement_kinds import Category, Rarity
from nof1_tracker.records.progress.leaderboard_lines import (
    CachedPlayer,
    Leaderboard,
    LeaderboardKind,
    LeaderboardLine,
)
from nof1_tracker.records.progress.player_history import Character
from nof1_tracker.records.progress.rank_rows import RankInterval
from nof1_tracker.records.progress.xp_entries import XpEntry, XpSource
from nof1_tracker.rendering.text import UNKNOWN
from nof1_tracker.web.people.form_pages import own_path
from nof1_tracker.web.player_pages.achievement_views import (
    Shown,
    category_views,
    reached_views,
)
from nof1_tracker.web.player_pages.leaderboard_views import line_views
from nof1_tracker.web.player_pages.profile_views import (
    character_views,
    level_view,
    xp_lines,
)
from nof1_tracker.web.player_pages.typed_answers import typed_number

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("9", "9"),
        (" $ 1,234.50 ", "1234.5"),
        ("-0.31 R", "-0.31"),
        ("\u22122.5 %", "-2.5"),
        (".5", "0.5"),
        ("1 234", "1234"),
        ("12,5", None),
        ("1,23,456", None),
        ("1e5", None),
        ("nan", None),
        ("Infinity", None),
        ("", None),
        ("-", None),
        ("\u0661", None),
        ("1" * 41, None),
    ],
)
def test_a_number_is_understood_as_people_type_it(
    text: str, number: str | None
) -> None:
    assert typed_number(text) == (None if number is None else Decimal(number))


@given(st.text(max_size=50))
def test_whatever_is_typed_is_a_finite_number_or_none(text: str) -> None:
    found = typed_number(text)
    assert found is None or found.is_finite()


@given(st.decimals(-10_000_000, 10_000_000, places=6))
def test_a_number_that_is_shown_can_be_typed(number: Decimal) -> None:
    assert typed_number(f"{number:,f}") == number


@given(st.text(max_size=30))
def test_an_own_address_is_never_that_of_another_host(text: str) -> None:
    found = own_path(text)
    assert found in {"", text}
    assert not found or (found[0] == "/" and found[1:2] not in {"/", "\\"})


# --- achievements ---------------------------------------------------------------------


def line(
    name: str, rarity: Rarity, reached_at: datetime | None, share: str = "0"
) -> AchievementLine:
    return AchievementLine(
        achievement_id=name,
        name=name,
        text="Do it.",
        category=Category.TRADING,
        rarity=rarity,
        xp=1_000,
        done=Decimal(3),
        needed=Decimal(10),
        reached_at=reached_at,
        share=Decimal(share),
    )


LINES = (
    line("a", Rarity.COMMON, NOW, "0.125"),
    line("b", Rarity.RARE, None),
    line("c", Rarity.RARE, NOW + timedelta(days=1)),
)


def test_achievements_are_chosen_by_rarity_and_whether_they_are_reached() -> None:
    def names(shown: Shown, rarity: Rarity | None = None) -> list[str]:
        (category,) = category_views(LINES, shown, rarity)
        assert (category.reached, category.total) == (2, 3)
        return [each.name for each in category.achievements]

    assert names(Shown.ALL) == ["a", "b", "c"]
    assert names(Shown.OPEN) == ["b"]
    assert names(Shown.REACHED, Rarity.RARE) == ["c"]
    assert [each.name for each in reached_views(LINES)] == ["c", "a"]


def test_an_achievement_says_how_far_one_is_and_how_many_have_it() -> None:
    first, second, _ = category_views(LINES)[0].achievements
    assert (first.part, first.had_by) == ("3 of 10", "12.5 % of players have it")
    assert second.had_by == "Nobody has it yet"


# --- levels and XP --------------------------------------------------------------------


def test_a_level_says_what_is_left_to_the_next() -> None:
    view = level_view(1_005)
    assert (view.level, view.into, view.step) == (5, 255, 400)
    assert view.words == "145 XP to level 6"
    highest = level_view(1_000_000)
    assert (highest.step, highest.words) == (None, "the highest level")


def test_a_line_of_xp_leads_to_what_earned_it() -> None:
    game = UUID(int=3)
    keys = {
        XpSource.CASE: ("case:a:BTC", "/play/cases/a:BTC"),
        XpSource.TRADE: (f"trade:{game}:000012", f"/play/games/{game}"),
        XpSource.ACHIEVEMENT: (
            "achievement:first-steps",
            "/play/achievements#first-steps",
        ),
        XpSource.DAILY_SIGN_IN: ("daily_sign_in:2026-03-01", None),
    }
    lines = xp_lines(XpEntry(NOW, key, of, 10, 1) for of, (key, _) in keys.items())
    assert [each.path for each in lines] == [path for _, path in keys.values()]
    assert {each.xp for each in lines} == {11}
    assert lines[2].words == "Achievement reached: First Steps"
    module = XpEntry(NOW, "module:1.5:3", XpSource.MODULE, 500)
    assert xp_lines([module])[0].words == "Module 3 of season 1.5 completed"


def test_every_character_says_what_it_raises() -> None:
    effects = {each.character: each.effects for each in character_views()}
    assert set(effects) == set(Character)
    assert effects[Character.CONSERVATIVE] == (
        "1.05x XP on cases",
        "1.1x XP on diversified trades",
    )


# --- leaderboards ---------------------------------------------------------------------


def board_line(name: str, *, is_settled: bool, is_model: bool) -> LeaderboardLine:
    player = CachedPlayer(UUID(int=1), name, "key", None, 250, 3, Decimal(0))
    return LeaderboardLine(
        place=RankInterval(3, 1, 14),
        name=name,
        account_id="gpt-5" if is_model else None,
        player=None if is_model else player,
        result=0.25,
        windows=3,
        is_settled=is_settled,
        is_number_one=False,
    )


def test_a_rank_that_few_windows_cannot_tell_is_not_shown_as_known() -> None:
    lines = (
        board_line("GPT 5", is_settled=True, is_model=True),
        board_line("A. B", is_settled=False, is_model=False),
    )
    model, player = line_views(Leaderboard(LeaderboardKind.OVERALL, lines, NOW), {})
    assert (model.rank, model.interval) == ("3", "(1–14)")  # noqa: RUF001
    assert (player.rank, player.interval) == (UNKNOWN, "(1–14)")  # noqa: RUF001
    assert (model.path, player.path) == ("/models/gpt-5", "/play/players/A.%20B")
    assert player.about == "No character yet, level 3"
    assert (model.avatar, player.stroke) == ("", None)


def test_by_xp_a_rank_is_just_a_rank() -> None:
    lines = (board_line("A. B", is_settled=True, is_model=False),)
    (found,) = line_views(Leaderboard(LeaderboardKind.XP, lines, NOW), {})
    assert (found.rank, found.interval, found.result.text) == ("3", "", "250")
