"""A room as its page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from nof1_tracker.records.play.game_rooms import RoomPlayer, RoomState, RoomView
from nof1_tracker.rendering.html.cells import Cell, fraction, money
from nof1_tracker.rendering.text import when
from nof1_tracker.web.play_pages.game_time import GameTime, length
from nof1_tracker.web.play_pages.reveal_views import place_words

_STATES: Final = {
    RoomState.WAITING: "waits for its host",
    RoomState.RUNNING: "running",
    RoomState.OVER: "over",
}


@dataclass(frozen=True, slots=True)
class RoomLine:
    """A room as it is listed."""

    title: str
    opened: str
    state: str
    players: str
    address: str
    code: str


@dataclass(frozen=True, slots=True)
class PlayerLine:
    """Somebody in a room."""

    name: str
    note: str
    is_you: bool
    equity: Cell
    gained: Cell


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A line of the table at the end."""

    place: str
    name: str
    note: str
    is_you: bool
    result: Cell


def room_line(room: RoomView, now: datetime) -> RoomLine:
    """A room in a list; one of a friend's has the code that it is joined by."""
    return RoomLine(
        title=_title(room),
        opened=when(room.opened_at, now),
        state=_STATES[room.state],
        players=", ".join(each.name for each in room.players),
        address=f"/play/rooms/{room.room_id}",
        code="" if room.is_member else room.join_code or "",
    )


def room_view(room: RoomView) -> Mapping[str, Any]:
    """What the template of a room shows."""
    now, is_running = GameTime(room.starts_at), room.state is RoomState.RUNNING
    starts_in = room.starts_in.total_seconds() if room.starts_in is not None else 0
    return {
        "room_id": room.room_id,
        "title": _title(room),
        "told": _told(room),
        "state": room.state.value,
        "is_host": room.is_host,
        "is_member": room.is_member,
        "code": room.join_code or "",
        "starts_in": f"{starts_in:.0f}" if is_running and starts_in else "",
        "now": now.written(room.elapsed),
        "left": length(room.length - room.elapsed),
        "whole": length(room.length),
        "share": f"{room.elapsed / room.length * 100:.0f}",
        "is_alone": len(room.players) < 2,
        "players": [_player(each) for each in room.players],
        "game": "" if room.game_id is None else f"/play/games/{room.game_id}",
        "table": [
            PlaceLine(
                place=place_words(each.place),
                name=each.name,
                note="model" if each.is_model else "you" if each.is_you else "",
                is_you=each.is_you,
                result=fraction(each.result, signed=True),
            )
            for each in room.table
        ],
    }


def _player(player: RoomPlayer) -> PlayerLine:
    notes = ("you" if player.is_you else "", "host" if player.is_host else "")
    return PlayerLine(
        name=player.name,
        note=", ".join(each for each in notes if each),
        is_you=player.is_you,
        equity=money(player.equity),
        gained=fraction(player.total_return, signed=True),
    )


def _title(room: RoomView) -> str:
    kind = "A blind window" if room.is_blind else "A window"
    return f"{kind} of {length(room.length)}"


def _told(room: RoomView) -> str:
    season = "" if room.season is None else f" on season {room.season.normalize():f}"
    minutes = max(1, round(room.length.total_seconds() / room.speed / 60))
    names = "blind" if room.is_blind else "under real names"
    unit = "minute" if minutes == 1 else "minutes"
    return f"{names}{season}, at {room.speed}x: about {minutes} {unit}"
