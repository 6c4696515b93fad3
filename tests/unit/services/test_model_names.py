"""Which accounts the name of a model means."""

import pytest

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.parsed import Account
from nof1_tracker.services.reading.model_names import match_accounts, of_competition

VARIANTS = ("Monk Mode", "Max Leverage")


def account(account_id: str, name: str, base_model: str = "") -> Account:
    return Account(account_id, name, "Maker", base_model or account_id)


def variants(base_model: str, name: str) -> list[Account]:
    return [
        account(f"{base_model}@{number}", f"{name} - {variant}", base_model)
        for number, variant in enumerate(VARIANTS)
    ]


ACCOUNTS = [
    account("claude-sonnet-4-5", "Claude Sonnet 4.5"),
    account("deepseek-chat-v3.1", "DeepSeek V3.1"),
    *variants("deepseek-chat-v3.1", "DeepSeek V3.1"),
    account("gpt-5", "GPT-5"),
    *variants("gpt-5.1", "GPT-5.1"),
    account("qwen3-max", "Qwen3 Max"),
]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("gpt5", ["gpt-5"]),
        ("GPT 5", ["gpt-5"]),
        ("claude", ["claude-sonnet-4-5"]),
        ("Sonnet-4.5", ["claude-sonnet-4-5"]),
        ("qwen 3", ["qwen3-max"]),
        ("gpt51", ["gpt-5.1@0", "gpt-5.1@1"]),
        ("deepseek-chat-v3.1", ["deepseek-chat-v3.1"]),
        (
            "deepseek",
            ["deepseek-chat-v3.1", "deepseek-chat-v3.1@0", "deepseek-chat-v3.1@1"],
        ),
        ("gpt-5.1 - monk", ["gpt-5.1@0"]),
    ],
)
def test_a_name_need_not_be_spelled_as_the_site_does(
    name: str, found: list[str]
) -> None:
    assert list(match_accounts(ACCOUNTS, name)) == found


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("gpt", "Choose one: gpt-5 (GPT-5), gpt-5.1 (2 accounts)."),
        (
            "leverage",
            (
                "Choose one: deepseek-chat-v3.1@1 (DeepSeek V3.1 - Max Leverage), gpt-5.1@1"
                " (GPT-5.1 - Max Leverage)."
            ),
        ),
    ],
)
def test_a_name_of_several_models_lists_them(name: str, listed: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        match_accounts(ACCOUNTS, name)

    assert caught.value.message == f"Several models match {name!r}."
    assert caught.value.remedy == listed


@pytest.mark.parametrize(
    ("typo", "meant"),
    [
        ("depseek", "deepseek-chat-v3.1"),
        ("cluade", "claude-sonnet-4-5"),
        ("quen", "qwen3-max"),
        ("claud-sonet-45", "claude-sonnet-4-5"),
    ],
)
def test_a_typo_is_answered_with_what_was_probably_meant(typo: str, meant: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        match_accounts(ACCOUNTS, typo)

    assert caught.value.remedy == f"Did you mean {meant}?"


@pytest.mark.parametrize("name", ["llama", "--", "*"])
def test_what_resembles_no_model_lists_all(name: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        match_accounts(ACCOUNTS, name)

    assert caught.value.remedy == (
        "Known models: claude-sonnet-4-5 (Claude Sonnet 4.5),"
        " deepseek-chat-v3.1 (3 accounts), gpt-5 (GPT-5), gpt-5.1 (2 accounts),"
        " qwen3-max (Qwen3 Max)."
    )


def test_nothing_is_refused_where_no_account_is_known() -> None:
    assert match_accounts([], "gpt-5") == ()


COMPETING = [
    Account(f"{model}@{number}", model, "Maker", model, variant=variant)
    for model in ("a", "b")
    for number, variant in ((2, "Monk Mode"), (4, "Max Leverage"), (9, "Night Shift"))
]


@pytest.mark.parametrize(
    ("wanted", "number"),
    [("2", 2), ("monk", 2), ("Max-Leverage", 4), ("4", 4), ("night shift", 9)],
)
def test_a_competition_goes_by_number_or_name(wanted: str, number: int) -> None:
    found = of_competition(COMPETING, wanted)

    assert [account.account_id for account in found] == [f"a@{number}", f"b@{number}"]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [("m", "Several competitions match 'm'."), ("1", "No competition matches '1'.")],
)
def test_a_text_that_means_no_one_competition_is_an_error(
    wanted: str, message: str
) -> None:
    with pytest.raises(ConfigurationError) as raised:
        of_competition(COMPETING, wanted)

    assert raised.value.message == message
    assert raised.value.remedy == (
        "Choose one: 2 Monk Mode, 4 Max Leverage, Night Shift."
    )


def test_a_season_without_competitions_says_so() -> None:
    with pytest.raises(ConfigurationError) as raised:
        of_competition([account("gpt-5", "GPT-5")], "3")

    assert raised.value.remedy == "This season has none."
