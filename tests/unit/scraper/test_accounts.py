"""However a row names its account, the same account is always the same."""

from typing import Any

import pytest

from nof1_tracker.scraper.parsing.account_identity import identify


@pytest.mark.parametrize(
    ("model_id", "name", "provider"),
    [
        ("gpt-5", "GPT-5", "OpenAI"),
        ("gpt-5.1", "GPT-5.1", "OpenAI"),
        ("claude-sonnet-4-5", "Claude Sonnet 4.5", "Anthropic"),
        ("gemini-2.5-pro", "Gemini 2.5 Pro", "Google"),
        ("gemini-3-pro", "Gemini 3 Pro", "Google"),
        ("grok-4", "Grok 4", "xAI"),
        ("grok-4.20", "Grok 4.20", "xAI"),
        ("deepseek-chat-v3.1", "DeepSeek V3.1", "DeepSeek"),
        ("qwen3-max", "Qwen3 Max", "Alibaba"),
        ("kimi-k2-thinking", "Kimi K2 Thinking", "Moonshot AI"),
        ("mystery-model", "Mystery Model", "Unknown"),
        ("gpt-7-mini", "GPT 7 Mini", "Unknown"),
    ],
)
def test_a_model_gets_its_display_name_and_provider(
    model_id: str, name: str, provider: str
) -> None:
    account = identify(model_id=model_id)
    assert (account.account_id, account.base_model) == (model_id, model_id)
    assert (account.name, account.provider) == (name, provider)
    assert not account.is_benchmark


def test_buy_and_hold_is_the_benchmark() -> None:
    account = identify(model_id="buynhold_btc")
    assert (account.name, account.provider) == ("Buy & Hold BTC", "Benchmark")
    assert account.is_benchmark


@pytest.mark.parametrize(
    "spelling", ["gemini-2-5-pro", "GEMINI-2.5-PRO", "Gemini 2.5 Pro"]
)
def test_all_spellings_of_a_known_model_are_one_account(spelling: str) -> None:
    assert identify(model_id=spelling).account_id == "gemini-2.5-pro"
    assert identify(model_name=spelling).account_id == "gemini-2.5-pro"


def test_the_run_id_of_season_one_is_not_the_account() -> None:
    account = identify(
        run_id="20251022131105", model_id="qwen3-max", row_id="qwen3-max_1761634244.59"
    )
    assert account.account_id == "qwen3-max"


def test_in_a_competition_the_run_id_is_the_account() -> None:
    account = identify(
        run_id="b722a35d", model_id="grok-4", competition_id=3, model_name="grok-4"
    )
    assert account.account_id == "b722a35d"
    assert account.name == "Grok 4 - Situational Awareness"
    assert account.base_model == "grok-4"


def test_a_run_id_alone_is_the_account() -> None:
    assert identify(run_id="b722a35d").account_id == "b722a35d"


def test_without_a_run_id_the_accounts_of_one_model_stay_apart() -> None:
    accounts = [identify(model_id="gpt-5.1", competition_id=n) for n in (1, 2, 3, 4)]
    assert [account.account_id for account in accounts] == [
        "gpt-5.1@1",
        "gpt-5.1@2",
        "gpt-5.1@3",
        "gpt-5.1@4",
    ]
    assert [account.variant for account in accounts] == [
        "New Baseline",
        "Monk Mode",
        "Situational Awareness",
        "Max Leverage",
    ]


def test_the_competition_in_a_name_leads_to_the_same_account() -> None:
    named = identify(model_name="GROK-4.20 - 3: SITUATIONAL AWARENESS")
    numbered = identify(model_id="grok-4.20", competition_id=3)
    assert named.account_id == numbered.account_id == "grok-4.20@3"
    assert named.name == numbered.name == "Grok 4.20 - Situational Awareness"
    assert named.served_name == "GROK-4.20 - 3: SITUATIONAL AWARENESS"


def test_a_competition_nobody_knows_yet_has_a_name() -> None:
    account = identify(run_id="x", run_name="GROK-4 - 9: NIGHT SHIFT")
    assert account.variant == "Night Shift"
    assert identify(model_id="grok-4", competition_id=9).variant == "Competition 9"


def test_a_rename_keeps_the_account_and_shows_the_new_name() -> None:
    before = identify(model_name="mystery-model", competition_id=2)
    after = identify(model_name="grok-4.20 (prev. mystery-model)", competition_id=2)
    assert before.account_id == after.account_id == "mystery-model@2"
    assert before.name == "Mystery Model - Monk Mode"
    assert (after.name, after.provider) == ("Grok 4.20 - Monk Mode", "xAI")
    assert after.base_model == "grok-4.20"


@pytest.mark.parametrize(
    ("row_id", "account_id"),
    [
        ("claude-sonnet-4-5", "claude-sonnet-4-5"),
        ("claude-sonnet-4-5_129", "claude-sonnet-4-5"),
        ("claude-sonnet-4-5_1761634218.66395", "claude-sonnet-4-5"),
        ("gpt-5_519e843b-581a-4fd4-bd40-64618e06155a", "gpt-5"),
        ("buynhold_btc", "buynhold_btc"),
    ],
)
def test_where_only_the_row_id_is_served_it_names_the_account(
    row_id: str, account_id: str
) -> None:
    assert identify(row_id=row_id).account_id == account_id


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"competition_id": 3},
        {"row_id": "117506d4-d377-47b2-a90b-b86853f796d7"},
        {"model_id": "x" * 200, "competition_id": 3},
    ],
)
def test_what_names_no_account_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="account"):
        identify(**fields)
