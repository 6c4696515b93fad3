"""Players with a real Chromium: from registering to the leaderboard, and by keyboard."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from nof1_tracker.demo import DemoSite
from nof1_tracker.identity.password_hashing import Cost, Hashing
from nof1_tracker.records.progress.cases import BuiltCase
from nof1_tracker.services.progress.kept_cases import KeptCases
from nof1_tracker.services.sign_in.sign_in_services import SignInServices
from tests.browser.test_browser_source import pytestmark as needs_a_browser
from tests.browser.test_dashboard import PHONE, Visit, axe_on
from tests.browser.test_dashboard import visiting as opened
from tests.fakes import FakeClock
from tests.integration.people.people import ANNA, PASSWORD
from tests.integration.people.served_people import visiting
from tests.integration.web.test_player_pages import path_of, right_answers
from tests.worlds import World, arena_of, engine_on, midday

pytestmark = needs_a_browser


@dataclass(frozen=True)
class Arena:
    """A server with a recorded season, and a case of it that asks the most."""

    base: str
    case: BuiltCase


@pytest.fixture(scope="module")
def arena(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Arena]:
    file = tmp_path_factory.mktemp("players") / "season.db"
    shutil.copy(migrated_sqlite, file)
    season = arena_of(days=0.2)
    clock = FakeClock(season.end + timedelta(days=1))
    cheap = Hashing(Cost(memory=8, passes=1))
    with (
        engine_on(f"sqlite:///{file}") as engine,
        DemoSite(season, speed=0, at=midday(season)) as site,
    ):
        World(site, engine, timeout_ms=30_000).scrape()
        services = SignInServices(engine, clock, cheap, b"k" * 32)
        found = KeptCases().of_season(engine, None, clock.now())
        assert found is not None
        case = next(each for each in found.cases.values() if each.case.module == 5)
        with visiting(services) as person:
            base = str(person.client.base_url.join("/")).rstrip("/")
            yield Arena(base, case)


def look(here: Visit) -> None:
    """What is wrong with the page for those who do not see it, or see it on a phone."""
    assert axe_on(here.page) == [], here.page.url
    width = here.page.evaluate("document.documentElement.scrollWidth")
    assert width == PHONE["width"], here.page.url


def fill(here: Visit, button: str = "main form button", **fields: str) -> None:
    for name, value in fields.items():
        here.page.fill(f"#{name.replace('__', '-')}", value)
    here.page.click(button)


def register(here: Visit) -> None:
    """From a profile that needs an account, back to it."""
    here.go("/play/profile")
    look(here)
    here.page.click("text=Make an account")
    fill(here, name=ANNA[0], email=ANNA[1], password=PASSWORD)
    fill(here, name="anna", password=PASSWORD)
    expect(here.page.locator("h1")).to_have_text("Anna")


def solve(here: Visit, case: BuiltCase) -> None:
    """Every answer right, and then the first decision."""
    here.page.click(f'.case-list a[href^="{path_of(case)}"]')
    here.page.wait_for_url(f"**{path_of(case)}*")
    look(here)
    for name, value in right_answers(case).items():
        here.page.fill(f"#{name}", value)
    here.page.click("text=Hand in the answers")
    expect(here.page.locator("[name=decision]").first).to_be_visible()
    look(here)
    here.page.locator("[name=decision]").first.check()
    here.page.click("text=Decide, and see")
    expect(here.page.locator("#answers h2")).to_contain_text("4 of 4 right")
    look(here)


def test_from_registering_to_the_leaderboard_by_way_of_a_case(
    chromium: Browser, arena: Arena
) -> None:
    phone = {"viewport": PHONE, "color_scheme": "dark"}
    with opened(chromium, arena.base, **phone) as here:
        register(here)
        look(here)
        here.go("/play/characters?choose=analyst")
        look(here)
        here.page.click("text=Choose The Analyst >> nth=0")
        here.go("/play/profile/edit")
        look(here)
        here.go("/play/cases?module=5")
        look(here)
        solve(here, arena.case)
        here.page.click("text=Your XP")
        bonus = here.page.locator(".xp tbody tr", has_text="Case completed")
        expect(bonus).to_contain_text("550")
        look(here)
        here.page.click(".within >> text=Achievements")
        expect(here.page.locator("#full-marks")).to_contain_text("100.0 % of players")
        look(here)
        here.page.click(".within >> text=Leaderboards")
        expect(here.page.locator(".boards").first).to_be_visible()
        look(here)
        here.page.click(".boards >> text=XP")
        expect(here.page.locator(".board .is-mine")).to_contain_text("The Analyst")
        look(here)
        here.page.click(".within >> text=Friends")
        here.page.wait_for_url("**/friends*")
        look(here)


def test_the_keyboard_alone_answers_a_case(chromium: Browser, arena: Arena) -> None:
    with opened(chromium, arena.base) as here:
        here.go(path_of(arena.case))
        answers = list(right_answers(arena.case).values())
        here.page.focus(".questions input >> nth=0")
        for number, answer in enumerate(answers):
            here.page.keyboard.type(answer)
            here.page.keyboard.press("Enter" if number == len(answers) - 1 else "Tab")
        here.page.wait_for_url("**/decide?*")
        here.page.focus("[name=decision] >> nth=0")
        here.page.keyboard.press("Space")
        here.page.keyboard.press("Enter")
        here.page.wait_for_url("**/reveal?*")
        assert "4 of 4 right" in here.texts("#answers h2")[0]
