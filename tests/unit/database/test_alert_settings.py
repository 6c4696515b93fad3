"""Settings of alerts: what they become, and how a wrong one is told."""

from datetime import time
from decimal import Decimal

import pytest

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.monitor.alerts.channels import channels_of, rules_of, terms_of
from nof1_tracker.records.events import EventKind
from nof1_tracker.settings import AlertSettings, load_settings, span_of


def load(monkeypatch: pytest.MonkeyPatch, **variables: str) -> AlertSettings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load_settings(AlertSettings)


def test_with_nothing_set_nobody_is_told_anything() -> None:
    settings = AlertSettings()
    assert not settings.has_channels
    assert channels_of(settings) == []
    assert settings.kinds == frozenset(EventKind)


def test_urls_are_told_apart_by_space_or_comma(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = load(monkeypatch, NOTIFY_URLS="a://x?to=1,2 b://y, c://z,d://w\ne://v ,")
    assert [url.get_secret_value() for url in settings.urls] == [
        "a://x?to=1,2",
        "b://y",
        "c://z",
        "d://w",
        "e://v",
    ]


def test_kinds_are_a_list_or_all_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(
        monkeypatch, NOTIFY_EVENTS="Liquidation, drawdown gap", NOTIFY_URGENT="none"
    )
    assert settings.kinds == {EventKind.LIQUIDATION, EventKind.DRAWDOWN, EventKind.GAP}
    assert settings.urgent == frozenset()
    assert load(monkeypatch, NOTIFY_EVENTS="all").kinds == frozenset(EventKind)


def test_zero_switches_a_rule_off(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("LARGE_TRADE", "LARGE_LOSS", "DRAWDOWN", "RANKS", "STALE_AFTER")
    zeros = {f"NOTIFY_{name}": "0" for name in names}
    rules = rules_of(load(monkeypatch, **zeros))
    assert (rules.large_notional, rules.large_loss) == (None, None)
    assert (rules.drawdown, rules.places, rules.stale_after) == (None, 0, None)


def test_percent_become_fractions(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = rules_of(
        load(monkeypatch, NOTIFY_DRAWDOWN="12.5", NOTIFY_RANK_MARGIN="0.5")
    )
    assert rules.drawdown == Decimal("0.125")
    assert rules.rank_margin == Decimal("0.005")


def test_quiet_hours_have_a_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(
        monkeypatch, NOTIFY_QUIET_HOURS="22:00 - 7:00", NOTIFY_TIMEZONE="Asia/Shanghai"
    )
    quiet = terms_of(settings).quiet
    assert (quiet.start, quiet.end) == (time(22), time(7))
    assert str(quiet.zone) == "Asia/Shanghai"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NOTIFY_EVENTS", "liquidations"),
        ("NOTIFY_URGENT", "gap,always"),
        ("NOTIFY_LARGE_TRADE", "-1"),
        ("NOTIFY_LARGE_LOSS", "much"),
        ("NOTIFY_LARGE_LOSS", "nan"),
        ("NOTIFY_DRAWDOWN", "100"),
        ("NOTIFY_RANKS", "-1"),
        ("NOTIFY_STALE_AFTER", "1h"),
        ("NOTIFY_DIGEST_OVER", "0"),
        ("NOTIFY_QUIET_HOURS", "at night"),
        ("NOTIFY_QUIET_HOURS", "22:00-25:00"),
        ("NOTIFY_TIMEZONE", "Mars/Olympus"),
        ("NOTIFY_TIMEZONE", "../etc/passwd"),
        ("NOTIFY_GIVE_UP_AFTER", "0"),
    ],
)
def test_a_wrong_value_is_told_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(ConfigurationError, match=name) as caught:
        load(monkeypatch, **{name: value})
    assert "\n" not in caught.value.message


def test_a_webhook_needs_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, NOTIFY_WEBHOOK_URL="https://h/hunter2")
    with pytest.raises(ConfigurationError, match="NOTIFY_WEBHOOK_SECRET") as caught:
        channels_of(settings)
    assert "hunter2" not in str(caught.value)


def test_no_secret_shows_in_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(
        monkeypatch,
        NOTIFY_URLS="tgram://hunter2/1",
        NOTIFY_WEBHOOK_URL="https://h/hunter2",
        NOTIFY_WEBHOOK_SECRET="hunter2hunter2hunter2",
    )
    assert "hunter2" not in repr(settings)


def test_a_span_has_hours_and_minutes() -> None:
    assert span_of("9:05-17:30") == (time(9, 5), time(17, 30))
