"""Signing in with a real Chromium: without scripts, and as a screen reader finds it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from nof1_tracker.identity.password_hashing import Cost, Hashing
from nof1_tracker.services.sign_in.sign_in_services import SignInServices
from tests.browser.test_browser_source import pytestmark as needs_a_browser
from tests.browser.test_dashboard import PHONE, axe_on
from tests.browser.test_dashboard import visiting as opened
from tests.fakes import FakeClock
from tests.integration.people.people import ANNA, PASSWORD
from tests.integration.people.served_people import visiting
from tests.worlds import engine_on

pytestmark = needs_a_browser


@pytest.fixture
def base(migrated_sqlite: Path, tmp_path: Path) -> Iterator[str]:
    """Address of a server without any account."""
    file = tmp_path / "people.db"
    shutil.copy(migrated_sqlite, file)
    cheap = Hashing(Cost(memory=8, passes=1))
    with engine_on(f"sqlite:///{file}") as engine:
        services = SignInServices(engine, FakeClock(), cheap, b"k" * 32)
        with visiting(services) as person:
            yield str(person.client.base_url.join("/")).rstrip("/")


def fill(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.fill(f"#{name}", value)
    page.click("main form.person button")


def test_without_scripts_a_person_registers_signs_in_and_out(
    chromium: Browser, base: str
) -> None:
    with opened(chromium, base, java_script_enabled=False) as here:
        here.go("/register")
        fill(here.page, name=ANNA[0], email=ANNA[1], password=PASSWORD)
        fill(here.page, name="anna", password=PASSWORD)
        expect(here.page.locator("h1")).to_have_text("Anna")
        here.go("/data")
        here.page.click("nav .me")
        here.page.click("text=Sign out")
        expect(here.page.locator("nav .me")).to_have_text("Sign in")


def test_axe_finds_nothing_and_the_pages_fit_a_phone(
    chromium: Browser, base: str
) -> None:
    with opened(chromium, base, viewport=PHONE, color_scheme="dark") as here:
        for path in ("/sign-in", "/reset", "/register"):
            here.go(path)
            assert axe_on(here.page) == [], path
        fill(here.page, name=ANNA[0], email=ANNA[1], password=PASSWORD)
        fill(here.page, name="anna", password=PASSWORD)
        expect(here.page.locator("h1")).to_have_text("Anna")
        assert axe_on(here.page) == []
        width = here.page.evaluate("document.documentElement.scrollWidth")
        assert width == PHONE["width"]
