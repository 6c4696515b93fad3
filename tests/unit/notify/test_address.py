"""No secret of a URL in a name or in a reason."""

import pytest

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.notify.apprise_channel import AppriseChannel
from nof1_tracker.notify.channel_names import numbered, scrubbed


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("tgram://123456789:abcdefg_hijklmnop/12315544/", "tgram://…"),
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "discord://…"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "slack://…"),
        ("wecombot://6ba7b810-9dad-11d1", "wecombot://…"),
        ("https://discord.com/api/webhooks/4174216298/JHMHI8qBe7", "https://…"),
        ("ntfy://my-secret-topic", "ntfy://…"),
        ("mailtos://me:hunter2@example.com", "mailtos://example.com"),
        ("json://me:hunter2@127.0.0.1:8080/path?x=y", "json://127.0.0.1"),
        ("gotify://gotify.example/Ahunter2token.a", "gotify://gotify.example"),
    ],
)
def test_a_channel_shows_its_host_only_where_that_is_no_secret(
    url: str, name: str
) -> None:
    assert AppriseChannel(url).name == name


@pytest.mark.parametrize(
    "url", ["hunter2secret", "nosuch://hunter2", "tgram://hunter2"]
)
def test_a_url_that_apprise_cannot_use_is_refused_without_telling_it(url: str) -> None:
    with pytest.raises(ConfigurationError, match="NOTIFY_URLS") as caught:
        AppriseChannel(url)
    assert "hunter2" not in str(caught.value)


def test_channels_of_one_name_are_numbered() -> None:
    assert numbered(["a", "b", "a", "a"]) == ["a", "b", "a (2)", "a (3)"]


def test_every_part_of_a_url_is_taken_out_of_a_reason() -> None:
    url = "json://user%20name:hunter2pass@host.example:8080/deep/secretpath?key=valu3"
    reason = (
        "Failed for http://user name:hunter2pass@host.example:8080/deep/secretpath"
        "?key=valu3 with user%20name, error=500."
    )
    told = scrubbed(reason, url, "host.example")
    for secret in ("hunter2", "secretpath", "valu3", "user%20name"):
        assert secret not in told
    assert "host.example:8080" in told
    assert "error=500" in told
