"""The game's pages over HTTP, as a browser without scripts has them."""

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from sqlalchemy import Engine, delete, update

from nof1_tracker.database.models import (
    LeaderboardSnapshot,
    ModelChat,
    Price,
    Trade,
)
from nof1_tracker.identity.password_hashing import Cost, Hashing
from nof1_tracker.services.play.games.game_services import GameServices
from nof1_tracker.services.sign_in.register import create_user
from nof1_tracker.services.sign_in.sign_in_services import SignInServices
from tests.fakes import FakeClock
from tests.integration.people.people import ANNA, HERE, PASSWORD
from tests.integration.people.served_people import Person, visiting
from tests.integration.play.played_world import FIRST, MODELS, NOW, store_season
from tests.worlds import engine_on

_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
_ALWAYS_NEW = re.compile(r'(name="(?:form|client_id)" value=")[^"]*')
_OF_ONE_ANSWER = ("date", "set-cookie", "content-length")
"""Headers that differ from answer to answer: tokens are compressed unlike each other."""
SECRET = (*FIRST, *MODELS, *MODELS.values(), "Season 1", "2025", "Oct")


@dataclass
class Server:
    """A server of a season, which can be started again."""

    services: SignInServices

    def moment_of(self, game: str) -> datetime:
        """How far the game at that address has come."""
        own = self.services
        games = GameServices(own.engine, own.engine, own.clock, own.key)
        with games.reading() as unit:
            stored = unit.games.get(UUID(game[-36:]))
        assert stored is not None
        return stored.clock

    @contextmanager
    def visited(self, cookies: Mapping[str, str] | None = None) -> Iterator[Person]:
        """By a browser that has these cookies."""
        with visiting(self.services) as person:
            for name, value in (cookies or {}).items():
                person.client.cookies.set(name, value, domain="127.0.0.1")
            yield person


@pytest.fixture(scope="module")
def server(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    file = tmp_path_factory.mktemp("play") / "season.db"
    shutil.copy(migrated_sqlite, file)
    with engine_on(f"sqlite:///{file}") as engine:
        store_season(engine)
        cheap = Hashing(Cost(memory=8, passes=1))
        yield Server(SignInServices(engine, FakeClock(NOW), cheap, b"k" * 32))


@pytest.fixture(scope="module")
def visited(server: Server) -> Iterator[Person]:
    with server.visited() as person:
        yield person


@pytest.fixture
def guest(visited: Person) -> Person:
    """A browser that the server does not know yet."""
    visited.client.cookies.clear()
    return visited


def opened(guest: Person, kind: str = "blind", **more: str) -> str:
    """Address of a new game."""
    answer = guest.send("/play/open", "/play", kind=kind, **more)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def ticket_of(page: str) -> dict[str, str]:
    """The hidden fields of the ticket."""
    form = page.partition('id="ticket"')[2].partition("</form>")[0]
    return dict(_HIDDEN.findall(form))


def placed(guest: Person, game: str, side: str = "buy", **typed: str) -> httpx.Response:
    """Sends the ticket of the page."""
    fields = ticket_of(guest.get(game).text) | {"size": "20", "leverage": "5"}
    fields |= {"unit": "equity", "kind": "market", "side": side, **typed}
    return guest.post(f"{game}/orders", fields, Origin=guest.origin)


def turned(guest: Person, game: str, turn: int) -> httpx.Response:
    return guest.send(f"{game}/turn", game, turn=str(turn), looked="0")


def texts(page: str) -> str:
    """What a page says, its marks taken away."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_guest_plays_without_scripts_from_the_first_page_to_the_reveal(
    guest: Person,
) -> None:
    game = opened(guest)
    page = placed(guest, game, stop="1", target="100000")
    assert page.status_code == 303
    waiting = texts(guest.get(page.headers["location"]).text)
    assert "Your order waits" in waiting
    assert "market buy, 5x" in waiting
    assert "stop sell to close" in waiting
    after = turned(guest, game, 0).headers["location"]
    told = texts(guest.get(after).text)
    assert "passed since day 1, 00:00" in told
    assert "Bought " in told
    assert "long " in told
    done = guest.send(f"{game}/finish", game)
    assert done.headers["location"] == f"{game}/reveal"
    reveal = guest.get(done.headers["location"])
    for word in ("Rank", "Register to keep", *FIRST, *MODELS.values(), "2025-10-2"):
        assert word in reveal.text, word
    assert "See the reveal" in guest.get("/play").text
    assert "See the reveal" in guest.get(game).text


def test_a_game_that_runs_is_paused_and_goes_on_at_another_speed(
    server: Server, guest: Person
) -> None:
    more = {"season": "1", "days": "2", "speed": "3600"}
    game = opened(guest, "practice", **more)

    def paced(**fields: str) -> str:
        answer = guest.send(f"{game}/pace", game, **fields)
        assert answer.status_code == 303, answer.text
        return texts(guest.get(game).text)

    paused = paced(paused="1", speed="3600")
    for words in ("3600x, paused", "Go on", "Time is paused."):
        assert words in paused
    assert "every 2s" not in guest.get(game).text
    assert "60x" in (shown := paced(paused="0", speed="60"))
    assert "Time runs by itself." in shown
    assert "every 2s" in guest.get(game).text
    refused = guest.send(f"{game}/pace", game, paused="0", speed="fast")
    assert refused.status_code == 422
    assert "is not possible" in texts(refused.text)
    turns = opened(guest)
    refused = guest.send(f"{turns}/pace", turns, paused="1", speed="60")
    assert "has no speed" in texts(refused.text)


def test_two_friends_meet_in_a_room_without_scripts(
    server: Server,
) -> None:
    for name in ("Carla", "David"):
        address = f"{name}@example.com"
        create_user(server.services, name, address, PASSWORD, HERE)
    with server.visited() as carla, server.visited() as david:
        asked = texts(david.get("/play/rooms?code=abcdef").text)
        assert "Rooms are for those who have an account" in asked
        for person, name in ((carla, "carla"), (david, "david")):
            person.send("/sign-in", name=name, password=PASSWORD)
        wanted = {"blind": "1", "days": "2", "speed": "3600"}
        room = carla.send("/play/rooms/open", "/play/rooms", **wanted)
        at = room.headers["location"]
        assert "Somebody has to join first" in texts(carla.get(at).text)
        link = re.search(r"/play/rooms\?code=\w+", carla.get(at).text)
        assert link
        code = link[0].partition("=")[2]
        assert f'value="{code}"' in david.get(link[0]).text
        wrong = david.send("/play/rooms/join", "/play/rooms", code="another")
        assert "No room has this code" in texts(wrong.text)
        joined = david.send("/play/rooms/join", "/play/rooms", code=code)
        assert joined.headers["location"] == at
        assert "The host starts the clock" in texts(david.get(at).text)
        assert carla.send(f"{at}/start", at).status_code == 303
        assert "The clock starts in 10 seconds" in texts(david.get(at).text)
        assert david.get(f"{at}?seen=waiting").headers["hx-refresh"] == "true"
        clock = server.services.clock
        assert isinstance(clock, FakeClock)
        clock.advance(11)
        running = david.get(at).text
        assert "day 1, 01:00" in running
        game = re.search(r"/play/games/[\w-]{36}", running)
        assert game
        desk = david.get(game[0]).text
        assert "the room and its players" in desk
        assert "Finish the window" not in desk
        for word in SECRET:
            assert word not in running
            assert word not in desk
        carla.send(f"{at}/end", at)
        over = texts(david.get(at).text)
        for word in ("It is over", "Players and models", *MODELS.values(), "Carla"):
            assert word in over, word
        assert "Rank" in david.get(f"{game[0]}/reveal").text
        assert "a room" in texts(david.get("/play").text)
        assert "Carla" in texts(david.get("/play/rooms").text)


def test_an_order_that_is_refused_is_shown_at_the_ticket_with_what_was_typed(
    guest: Person,
) -> None:
    game = opened(guest)
    for typed, words in (
        ({"size": "ten"}, "is not a number above 0"),
        ({"size": "100", "leverage": "10"}, "does not secure it"),
        ({"kind": "limit", "price": ""}, "The price is missing"),
        ({"side": "both"}, "neither buy nor sell"),
        ({"client_id": "x"}, "too old"),
    ):
        answer = placed(guest, game, **{"target": "77777", **typed})
        assert answer.status_code == 422
        assert words in texts(answer.text)
        assert 'value="77777"' in answer.text
        assert answer.headers["hx-replace-url"] == "false"
    assert "You hold nothing" in guest.get(game).text
    unasked = guest.send(f"{game}/turn", game, turn="7")
    assert unasked.status_code == 422


def test_a_form_sent_twice_is_one_order_and_a_turn_passes_once(guest: Person) -> None:
    game = opened(guest)
    fields = ticket_of(guest.get(game).text)
    fields |= {"size": "10", "unit": "equity", "leverage": "3", "side": "sell"}
    for _ in range(2):
        answer = guest.post(f"{game}/orders", fields, Origin=guest.origin)
        assert answer.status_code == 303
    assert guest.get(game).text.count("market sell, 3x") == 2  # once, and its button
    other = guest.post(f"{game}/orders", fields | {"side": "buy"}, Origin=guest.origin)
    assert "stands for another order" in other.text
    first, second = (turned(guest, game, 0) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert "Turn 2" in guest.get(game).text


def test_an_order_that_waits_is_taken_back_and_a_position_closed(guest: Person) -> None:
    game = opened(guest)
    placed(guest, game, kind="limit", price="1")
    page = guest.get(game).text
    order = re.search(r'name="order" value="([^"]+)"', page)
    assert order
    answer = guest.send(f"{game}/cancel", game, order=order[1])
    assert answer.status_code == 303
    assert "Orders that wait" not in guest.get(game).text
    placed(guest, game)
    turned(guest, game, 0)
    held = guest.get(game).text.partition('class="inline"')[2].partition("</form>")[0]
    guest.post(f"{game}/orders", dict(_HIDDEN.findall(held)), Origin=guest.origin)
    turned(guest, game, 1)
    assert "You hold nothing" in guest.get(game).text


def test_what_an_order_would_come_to_is_shown_before_it_is_placed(
    guest: Person,
) -> None:
    game = opened(guest)
    fields = ticket_of(guest.get(game).text) | {"size": "50", "leverage": "4"}
    answer = guest.post(f"{game}/preview", fields, Origin=guest.origin)
    told = texts(answer.text)
    assert answer.status_code == 200
    assert re.search(r"Margin \$ 5,00[01].\d\d 4,999.\d\d", told)
    assert re.search(r"Fee \$ [89]\.\d\d [789]\.\d\d", told)
    assert re.search(r"Liquidated at \d+\.\d+ \d+\.\d+", told)
    assert "You hold nothing" in guest.get(game).text


def test_nobody_sees_or_plays_the_game_of_somebody_else(
    guest: Person, server: Server
) -> None:
    game = opened(guest)
    with server.visited() as other:
        for path in (game, f"{game}/reveal"):
            answer = other.get(path)
            assert answer.status_code == 404
            assert "You have no such game" in answer.text
        assert other.send(f"{game}/turn", "/play", turn="0").status_code == 404
        assert other.get(f"{game}/card.svg").status_code == 404
    foreign = guest.post(f"{game}/finish", {}, Origin="https://evil.example")
    assert foreign.status_code == 403
    assert guest.get("/play/games/nothing").status_code == 422
    assert "Turn 1" in guest.get(game).text


def test_a_card_is_for_everybody_and_gives_nothing_away(
    guest: Person, server: Server
) -> None:
    game = opened(guest, "daily")
    assert opened(guest, "daily") == game
    guest.send(f"{game}/finish", game)
    with server.visited() as other:
        card = other.get(f"{game}/card.svg")
    assert card.headers["content-type"] == "image/svg+xml"
    assert card.headers["content-security-policy"] == "default-src 'none'"
    for name in SECRET:
        assert name not in card.text


def test_practice_shows_real_names_and_runs_at_its_speed(
    guest: Person, server: Server
) -> None:
    game = opened(guest, "practice", season="1", days="3", speed="3600")
    page = guest.get(game).text
    for word in ("BTC", "GPT 5", "What the models said", "3600x", "every 2s"):
        assert word in page
    clock = server.services.clock
    assert isinstance(clock, FakeClock)
    clock.sleep(60)
    assert "12 h of 3 d left" in texts(guest.get(game).text)
    wrong = guest.send("/play/open", "/play", kind="practice", season="x", days="2")
    assert "not a form of the page" in wrong.text
    unknown = guest.send("/play/open", "/play", kind="poker")
    assert "no such game" in unknown.text


def test_a_guest_who_registers_keeps_the_game(guest: Person) -> None:
    game = opened(guest)
    guest.send(f"{game}/finish", game)
    keep = re.search(r'id="keep" href="([^"]+)"', guest.get(f"{game}/reveal").text)
    assert keep
    form = guest.get(keep[1])
    assert f'name="next" value="{game}/reveal"' in form.text
    name, mail = ANNA
    made = guest.send(
        "/register",
        name=name,
        email=mail,
        password=PASSWORD,
        next=f"{game}/reveal",
    )
    after = guest.send("/sign-in", name=name, password=PASSWORD, next=f"{game}/reveal")
    assert "next=" in made.headers["location"]
    assert after.headers["location"] == f"{game}/reveal"
    page = guest.get(f"{game}/reveal")
    assert page.status_code == 200
    assert "Register to keep" not in page.text
    assert "I have shared it" in page.text
    shared = guest.send(f"{game}/reveal", f"{game}/reveal")
    assert "Noted as shared" in guest.get(shared.headers["location"]).text
    assert "See the reveal" in guest.get("/play").text


def test_where_nothing_can_be_played_the_page_names_the_command(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    file = tmp_path / "empty.db"
    shutil.copy(migrated_sqlite, file)
    cheap = Hashing(Cost(memory=8, passes=1))
    with engine_on(f"sqlite:///{file}") as engine:
        services = SignInServices(engine, FakeClock(NOW), cheap, b"k" * 32)
        with Server(services).visited() as person:
            assert "<code>nof1-tracker demo</code>" in person.get("/play").text
            store_season(engine)
            with engine.begin() as connection:
                connection.execute(delete(Price).where(Price.id % 3 > 0))
    with engine_on(f"sqlite:///{file}") as engine:
        services = SignInServices(engine, FakeClock(NOW), cheap, b"k" * 32)
        with Server(services).visited() as person:
            page = person.get("/play").text
    assert "<code>nof1-tracker backfill wayback --season 1.5</code>" in page
    assert "open-blind" not in page


def pages_of(guest: Person, game: str) -> Mapping[str, str]:
    """All that a player is shown at a moment, but what is new each time."""
    first = guest.get(game)
    tabs = re.findall(r'href="(/play/games/[^"]+symbol=[^"]+)"', first.text)
    assert len(tabs) == len(FIRST)
    answers = [guest.get(path.replace("&amp;", "&")) for path in (game, *tabs, "/play")]
    fields = ticket_of(first.text) | {"size": "30", "looked": "60"}
    answers.append(guest.post(f"{game}/preview", fields, Origin=guest.origin))
    shown = {}
    for number, answer in enumerate(answers):
        assert answer.status_code == 200
        headers = sorted(answer.headers.items())
        kept = [each for each in headers if each[0] not in _OF_ONE_ANSWER]
        body = _ALWAYS_NEW.sub(r"\1", answer.text)
        shown[f"{number} {answer.url.path}"] = f"{body}\n{kept}"
    return shown


def change_what_comes_later(engine: Engine, moment: datetime) -> None:
    """Changes all later prices, equities, trades and words."""
    changes = (
        (Price, Price.observed_at, {"price": Price.price * 3, "funding_rate": 1}),
        (LeaderboardSnapshot, LeaderboardSnapshot.timestamp, {"total_assets": 77}),
        (Trade, Trade.opened_at, {"symbol": "NVDA", "pnl": 77}),
        (ModelChat, ModelChat.timestamp, {"summary": "from the future"}),
    )
    with engine.begin() as connection:
        for table, at, values in changes:
            changed = connection.execute(
                update(table).where(at > moment).values(**values)
            )
            assert changed.rowcount > 0


def test_no_page_of_a_blind_game_knows_what_comes_or_names_what_is_hidden(
    server: Server,
) -> None:
    with server.visited() as guest:
        game = opened(guest)
        placed(guest, game, stop="1")
        for turn in range(6):
            turned(guest, game, turn)
        before = pages_of(guest, game)
        cookies = dict(guest.client.cookies)
    of_the_game = [page for path, page in before.items() if game in path]
    assert len(of_the_game) == len(FIRST) + 2
    for name in SECRET:
        assert not re.search(rf"\b{name}\b", " ".join(of_the_game)), name
    change_what_comes_later(server.services.engine, server.moment_of(game))
    with server.visited(cookies) as guest:
        after = pages_of(guest, game)
    for path, page in before.items():
        assert after[path] == page, path
