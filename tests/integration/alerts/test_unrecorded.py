"""Bodies that are stored without being recorded are an alert, and so is their end."""

from pathlib import Path

from sqlalchemy import Engine

from nof1_tracker.archive.space import SpaceLimits
from nof1_tracker.monitor.alerts.listener import AlertListener
from nof1_tracker.monitor.cycle import Cycle
from nof1_tracker.monitor.source_lifetime import SourceKeeper
from nof1_tracker.records.enums import Kind
from tests.integration.alerts.tables import titles, webhook_alone
from tests.integration.recording.scenes import Scene, clock_in
from tests.receiver import Receiver
from tests.worlds import arena_of


def _record(scene: Scene, listener: AlertListener, most: int | None) -> None:
    """One cycle of a monitor, and the look after it."""
    with scene.recording(SpaceLimits(most=most)) as recording:
        collector = scene.collector(recording, persistent=True)
        cycle = Cycle(collector, SourceKeeper(lambda: scene.source), recording.site)
        result = cycle.run(tuple(Kind))
    listener.look(has_trades=True, archiving=result.archiving)
    scene.later(15)


def test_a_full_archive_is_an_alert_and_so_is_its_end(
    engine: Engine, tmp_path: Path, receiver: Receiver
) -> None:
    arena = arena_of()
    scene = Scene(engine, tmp_path / "archive", arena, clock_in(arena), adopt=True)
    listener = AlertListener(
        engine,
        scene.clock,
        webhook_alone(receiver, NOTIFY_EVENTS="unrecorded recovered"),
    )
    for most in (None, 1, 1, None, None):
        _record(scene, listener, most)
    full, again = titles(engine)
    assert full.endswith("bodies are stored without being recorded")
    assert again == "What is fetched is recorded again"
