"""An administrator's commands."""

import pytest
from typer.testing import CliRunner, Result

from nof1_tracker.main import app
from tests.integration.people.people import PASSWORD


@pytest.fixture
def configured(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOF1_DATABASE_URL", sqlite_url)


def run(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, ["users", *words], input=typed)


@pytest.mark.usefixtures("configured")
def test_accounts_are_made_listed_reset_and_deleted() -> None:
    made = run("create", "Ada", "ada@example.com", "--admin", typed=f"{PASSWORD}\n")
    assert (made.exit_code, made.stdout) == (0, "Made the administrator Ada.\n")
    listed = run("list").stdout
    assert "ada@example.com" in listed
    assert "administrator" in listed
    assert "never" in listed
    link = run("reset", "ADA").stdout
    assert link.startswith("http://127.0.0.1:8321/reset/")
    assert run("delete", "ada", typed="n\n").exit_code == 1
    assert "Ada" in run("list").stdout
    assert run("delete", "ada", "--yes").stdout == "Deleted the account Ada.\n"
    assert "Ada" not in run("list").stdout


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize(
    ("words", "typed", "why"),
    [
        (("create", "Ada", "ada@example.com"), "short\n", "shorter than 8"),
        (("create", "Ada", "ada"), PASSWORD, "e-mail address"),
        (("create", "A", "ada@example.com"), PASSWORD, "name cannot be used"),
        (("reset", "nobody"), "", "no account nobody"),
        (("delete", "nobody", "--yes"), "", "no account nobody"),
    ],
)
def test_what_cannot_be_done_is_told_without_a_traceback(
    words: tuple[str, ...], typed: str, why: str
) -> None:
    done = run(*words, typed=typed)
    assert done.exit_code == 2
    assert why in done.stderr
    assert "->" in done.stderr


@pytest.mark.usefixtures("configured")
def test_an_address_has_one_account() -> None:
    run("create", "Ada", "ada@example.com", typed=PASSWORD)
    again = run("create", "Bea", "ADA@example.com", typed=PASSWORD)
    assert again.exit_code == 2
    assert "has an account already" in again.stderr
