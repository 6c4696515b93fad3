"""The API of games over real HTTP, by a guest, a person and a program."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx
import pytest
from sqlalchemy import Engine, delete, select, update

from nof1_tracker.database.models import (
    LeaderboardSnapshot,
    ModelChat,
    Price,
    Trade,
)
from nof1_tracker.database.people.game.game_tables import GameRow
from nof1_tracker.database.people.people_unit import PeopleUnit
from nof1_tracker.identity.password_hashing import Cost, Hashing
from nof1_tracker.records.people.vocabularies import Scope
from nof1_tracker.records.play.stored_games import StoredGame
from nof1_tracker.services.play.games import game_services
from nof1_tracker.services.sign_in.program_tokens import make_token_for
from nof1_tracker.services.sign_in.register import create_user
from nof1_tracker.services.sign_in.sign_in_services import SignInServices
from tests.fakes import FakeClock
from tests.integration.people.people import ANNA, HERE, PASSWORD
from tests.integration.people.served_people import Person, visiting
from tests.integration.play.played_world import NOW, store_season
from tests.integration.web.test_problems import assert_problem

DOCS: Final = Path(__file__).parents[3] / "docs"
GAME: Final = "/api/v1/game"
ELSEWHERE: Final = ("/cases", "/profile", "/players", "/friends", "/leaderboard")
"""About players, and what happened long ago: they have no moment of a game."""
PASSES_TIME: Final = {
    *(("post", "/games"), ("post", "/games/{game_id}/finish")),
    *(("post", "/rooms"), ("post", "/rooms/{room_id}/end")),
}
"""What opens a game or a room, or moves it to its end."""
NO_ROOM: Final = {"room_id": "", "join_code": ""}
REFUSED: Final = ("/reveal", "/card", "/pace", "/leave")
"""What a game in turns, or in a room that has started, refuses."""


@pytest.fixture
def services(engine: Engine) -> Iterator[SignInServices]:
    store_season(engine)
    cheap = Hashing(Cost(memory=8, passes=1))
    services = SignInServices(engine, FakeClock(NOW), cheap, b"k" * 32)
    yield services
    services.background.finish()


def token_of(services: SignInServices, *scopes: Scope) -> dict[str, str]:
    user = create_user(services, *ANNA, PASSWORD, HERE)
    assert user is not None
    made = make_token_for(services, user, "bot", scopes, 1, HERE)
    return {"Authorization": f"Bearer {made.secret}"}


def an_order(game: dict[str, Any], **more: Any) -> dict[str, Any]:
    """So many units of the first market as cost 4,000 USD."""
    market = game["markets"][0]
    units = Decimal(4_000) / Decimal(market["prices"][-1][1])
    quantity = str(units.quantize(Decimal("1e-6")))
    wanted = {"symbol": market["symbol"], "side": "buy", "leverage": "2"}
    return {**wanted, "quantity": quantity, **more}


@contextmanager
def served(services: SignInServices) -> Iterator[httpx.Client]:
    with visiting(services) as person:
        yield person.client


def test_a_guest_plays_the_window_of_the_day_and_nobody_else_can(
    services: SignInServices,
) -> None:
    with served(services) as guest:
        before = guest.get("game/daily").json()
        assert (before["day"], before["game_id"]) == ("2026-03-02", None)
        game = guest.post("game/daily").json()
        assert guest.post("game/daily").json() == game
        assert guest.get("game/daily").json()["game_id"] == game["game_id"]
        assert (game["starts_at"], game["words"], game["turn"]) == (None, [], 0)
        at = f"game/games/{game['game_id']}"
        order = an_order(game)
        first = guest.put(f"{at}/orders/a", json=order)
        assert first.json()["is_waiting"]
        assert first.headers["cache-control"] == "no-store"
        assert guest.put(f"{at}/orders/a", json=order).json() == first.json()
        other = guest.put(f"{at}/orders/a", json={**order, "side": "sell"})
        assert_problem(other, 409, "another order")
        assert_problem(guest.get(f"{at}/reveal"), 409, "not over")
        game = guest.post(f"{at}/turn", json={"turn": 0}).json()
        assert [each["symbol"] for each in game["positions"]] == [order["symbol"]]
        with httpx.Client(base_url=guest.base_url) as stranger:
            for method, path, body in (
                ("GET", at, None),
                ("PUT", f"{at}/orders/b", order),
                ("DELETE", f"{at}/orders/a", None),
                ("POST", f"{at}/turn", {"turn": 1}),
                ("POST", f"{at}/finish", None),
                ("GET", f"{at}/reveal", None),
            ):
                refused = stranger.request(method, path, json=body)
                assert_problem(refused, 404, "no such game")
        assert guest.post(f"{at}/finish").json()["is_finished"]
        reveal = guest.get(f"{at}/reveal").json()
        assert reveal["symbols"].keys() == {m["symbol"] for m in game["markets"]}
        assert {each["name"] for each in reveal["models"]} == {"GPT 5", "Qwen3 Max"}
        assert_problem(guest.put(f"{at}/orders/c", json=order), 409, "over")


def test_a_program_plays_with_a_token_for_playing_alone(
    services: SignInServices,
) -> None:
    plays = token_of(services, Scope.PLAY)
    with served(services) as api:
        game = api.post("game/games", json={}, headers=plays)
        assert game.status_code == 201
        (listed,) = api.get("game/games", headers=plays).json()["data"]
        assert (listed["by_token"], listed["season"]) == (True, None)
        card = f"game/games/{listed['game_id']}/card"
        assert_problem(api.put(card, headers=plays), 409, "not over")
        api.post(f"game/games/{listed['game_id']}/finish", headers=plays)
        assert_problem(api.put(card), 401)
        unknown = card.replace(listed["game_id"], str(UUID(int=1)))
        assert_problem(api.put(unknown, headers=plays), 404, "no such game")
        shared = api.put(card, headers=plays).json()
        assert api.get(api.base_url.join(shared["card"])).status_code == 200
        keys = [each["key"] for each in shared["earned"]]
        assert keys == ["achievement:show-your-hand"]
        assert api.put(card, headers=plays).json()["earned"] == []
        (listed,) = api.get("game/games", headers=plays).json()["data"]
        assert (listed["board"], listed["season"]) == ("programs", "1.0")
        assert api.get("game/games").json() == {"data": []}
        wrong = {"Authorization": "Bearer nof1_wrong"}
        assert_problem(api.get("game/games", headers=wrong), 401, "not valid")


def test_a_token_that_only_reads_plays_nothing(services: SignInServices) -> None:
    reads = token_of(services, Scope.READ)
    with served(services) as api:
        for path in ("game/windows", "game/games"):
            assert_problem(api.get(path, headers=reads), 403, "scope play")


def test_another_site_makes_no_move(services: SignInServices) -> None:
    create_user(services, *ANNA, PASSWORD, HERE)
    with visiting(services) as person:
        foreign = {"Origin": "https://elsewhere.example"}
        refused = person.client.post("game/daily", headers=foreign)
        assert_problem(refused, 401, "page of this server")
        cross = {"Sec-Fetch-Site": "cross-site"}
        assert person.client.post("game/daily", headers=cross).status_code == 401
        assert person.sign_in().status_code == 303
        own = {"Origin": person.origin}
        refused = person.client.post("game/daily", headers=own)
        assert_problem(refused, 401, "did not come from this page")
        shown = person.get("/account").text
        token = shown.partition('name="form" value="')[2].partition('"')[0]
        answer = person.client.post("game/daily", headers=own | {"X-Form-Token": token})
        assert answer.status_code == 200


def test_no_path_shows_anything_that_is_known_later(services: SignInServices) -> None:
    """Every path of the API at a moment, before and after all later facts change."""
    with visiting(services) as person:
        ids = [(_played_half(person, each), NO_ROOM) for each in (True, False)]
        cookies = dict(person.client.cookies)
        signs = _two_with_tokens(services)
        ids.append(_played_in_a_room(services, person, signs))
    for game_id, room in ids:
        known = signs[0] if room["room_id"] else {}
        walk = (services, cookies, known, game_id, room)
        before = _walked_anew(*walk)
        _change_what_is_later(services.engine, game_id)
        after = _walked_anew(*walk)
        assert len(before) >= (14 if room["room_id"] else 9)
        for path, answer in before.items():
            assert after[path] == answer, path


def _walked_anew(
    services: SignInServices,
    cookies: dict[str, str],
    known: dict[str, str],
    game_id: str,
    room: dict[str, str],
) -> dict[tuple[str, str], bytes]:
    """By a server that has nothing in memory."""
    with visiting(services) as person:
        person.client.cookies.update(cookies)
        person.client.headers.update(known)
        return _walked(person.client, game_id, room)


def _two_with_tokens(services: SignInServices) -> tuple[dict[str, str], ...]:
    """Two programs of two people."""
    found = []
    for name in ("anna", "bert"):
        address = f"{name}@example.com"
        user = create_user(services, name, address, PASSWORD, HERE)
        assert user is not None
        made = make_token_for(services, user, "bot", (Scope.PLAY,), 1, HERE)
        found.append({"Authorization": f"Bearer {made.secret}"})
    return tuple(found)


def _played_in_a_room(
    services: SignInServices,
    person: Person,
    signs: tuple[dict[str, str], ...],
) -> tuple[str, dict[str, str]]:
    """A game in the middle of a room of two, who both hold something, and the room."""
    api = person.client
    room = api.post("game/rooms", json={"speed": 3600}, headers=signs[0]).json()
    at, code = f"game/rooms/{room['room_id']}", {"code": room["join_code"]}
    assert_problem(api.post("game/rooms/join", json=code), 401, "an account")
    for _ in range(2):
        joined = api.post("game/rooms/join", json=code, headers=signs[1])
        assert joined.status_code == 200
    for _ in range(2):
        started = api.post(f"{at}/start", headers=signs[0]).json()
        assert started["starts_in"] == 10
    assert isinstance(services.clock, FakeClock)
    services.clock.advance(11)
    own = ""
    for sign in reversed(signs):
        own = api.get(at, headers=sign).json()["game_id"]
        game = api.get(f"game/games/{own}", headers=sign).json()
        assert game["starts_at"] is None
        low = f"{Decimal(game['markets'][0]['prices'][-1][1]) / 100:.9f}"
        for name, more in (("a", {}), ("waits", {"kind": "limit", "price": low})):
            order = an_order(game, **more)
            path = f"game/games/{own}/orders/{name}"
            assert api.put(path, json=order, headers=sign).status_code == 200
    gone = api.put(f"game/games/{own}/orders/gone", json=order, headers=signs[0])
    assert gone.status_code == 200
    assert api.delete(f"game/games/{own}/orders/gone", headers=signs[0]).is_success
    services.clock.advance(9)
    board = api.get(at, headers=signs[0]).json()
    assert {each["equity"] != "10000" for each in board["players"]} == {True}
    return own, {each: room[each] for each in NO_ROOM}


def test_an_order_that_finds_the_database_busy_waits_for_a_while_alone(
    services: SignInServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(game_services, "PATIENCE", 0.2)
    with served(services) as api:
        game = api.post("game/daily").json()
        at = f"game/games/{game['game_id']}/orders/a"
        with PeopleUnit(services.engine, writes=True) as other:
            other.session.execute(select(GameRow.id).with_for_update())
            refused = api.put(at, json=an_order(game))
        assert_problem(refused, 503, "database")
        assert int(refused.headers["retry-after"]) > 0
        assert api.put(at, json=an_order(game)).status_code == 200


def test_the_bot_of_the_documentation_plays_to_the_end(
    services: SignInServices, tmp_path: Path
) -> None:
    create_user(services, *ANNA, PASSWORD, HERE)
    page = (DOCS / "how-to/play-by-api.md").read_text(encoding="utf-8")
    bot = tmp_path / "bot.py"
    bot.write_text(page.partition("```python\n")[2].partition("```")[0])
    assert len(bot.read_text().splitlines()) < 45
    with served(services) as api:
        own = {"NOF1_API": str(api.base_url), "NOF1_NAME": "anna"}
        run = subprocess.run(
            [sys.executable, str(bot)],
            env={**os.environ, **own, "NOF1_PASSWORD": PASSWORD},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert run.returncode == 0, run.stderr
    first, *table = run.stdout.splitlines()
    assert first.startswith("2025-10-2")
    assert len(table) == 3
    assert {line.split()[2] for line in table} >= {"gpt-5", "qwen3-max"}
    (game,) = _games_of_anna(services)
    assert (game.opened.by_token, game.state.value) == (True, "finished")


def _games_of_anna(services: SignInServices) -> Sequence[StoredGame]:
    with services.reading() as unit:
        found = unit.users.find("anna", "")
        assert found is not None
        return unit.games.of_user(found.user.id)


def _played_half(person: Person, is_ranked: bool) -> str:
    """A game after some turns, with orders that were filled, wait, and were taken back."""
    api = person.client
    asked = {"is_ranked": is_ranked}
    game = api.post("game/games", json=asked).json()
    if is_ranked:
        game = api.post("game/daily").json()
    at = f"game/games/{game['game_id']}"
    for turn in range(8):
        assert api.put(f"{at}/orders/{turn}", json=an_order(game)).status_code == 200
        game = api.post(f"{at}/turn", json={"turn": game["turn"]}).json()
    waits = an_order(game, kind="limit", price="1")
    assert api.put(f"{at}/orders/waits", json=waits).status_code == 200
    assert api.put(f"{at}/orders/gone", json=waits).status_code == 200
    assert api.delete(f"{at}/orders/gone").status_code == 200
    return str(game["game_id"])


def _walked(
    api: httpx.Client, game_id: str, room: dict[str, str]
) -> dict[tuple[str, str], bytes]:
    """What each operation answers that passes no time.

    Args:
        room: Empty where the game is played alone.
    """
    room_id = room["room_id"]
    document = api.get(api.base_url.join("/openapi.json")).json()
    game = api.get(f"game/games/{game_id}").json()
    order = api.get(f"game/games/{game_id}").json()["orders"][-1]
    kept = ("symbol", "side", "quantity", "kind", "price", "leverage", "reduce_only")
    bodies: dict[str, Any] = {
        "/games/{game_id}/turn": {"turn": max(0, game["turn"] - 1)},
        "/games/{game_id}/pace": {"is_paused": True},
        "/rooms/join": {"code": room["join_code"]},
        "/games/{game_id}/orders/{client_id}": {each: order[each] for each in kept},
    }
    found = {}
    for full, operations in document["paths"].items():
        path = full.removeprefix(GAME)
        if path == full or path.startswith(ELSEWHERE):
            continue
        for method in operations:
            if (method, path) in PASSES_TIME:
                continue
            # The window of the day has a moment of its own.
            if path.startswith("/daily" if room_id else "/rooms"):
                continue
            client_id = "gone" if method == "delete" else order["client_id"]
            url = path.format(game_id=game_id, client_id=client_id, room_id=room_id)
            body = bodies.get(path) if method in ("post", "put") else None
            answer = api.request(method, f"game{url}", json=body)
            is_refused = path.endswith(REFUSED) or bool(
                room_id and path.endswith("/turn")
            )
            assert is_refused == (answer.status_code in {401, 409}), answer.text
            assert is_refused or answer.status_code < 400, answer.text
            found[method, path] = answer.content
    return found


def _change_what_is_later(engine: Engine, game_id: str) -> None:
    with PeopleUnit(engine) as unit:
        stored = unit.games.get(UUID(game_id))
    assert stored is not None
    moment, snapshot = stored.clock, LeaderboardSnapshot
    with engine.begin() as connection:
        for change in (
            update(Price)
            .where(Price.observed_at > moment)
            .values(price=Price.price * 3, funding_rate=Decimal("0.01")),
            update(snapshot)
            .where(snapshot.timestamp > moment)
            .values(total_assets=Decimal(1)),
            update(ModelChat)
            .where(ModelChat.timestamp > moment)
            .values(summary="later"),
            update(Trade)
            .where(Trade.closed_at > moment)
            .values(exit_price=Decimal(1), pnl=Decimal(5)),
            delete(Trade).where(Trade.opened_at > moment),
        ):
            connection.execute(change)
