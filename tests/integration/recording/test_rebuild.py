"""The tables made again out of archives: as recorded live, and nothing else touched."""

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from nof1_tracker.archive.archive_folder import ArchiveFolder
from nof1_tracker.archive.reading.segment_reader import reading
from nof1_tracker.archive.recording.live_segment import LiveSegment
from nof1_tracker.errors import ArchiveError, ConfigurationError
from nof1_tracker.main import app
from nof1_tracker.records.archive.archive_positions import Position
from nof1_tracker.records.enums import Endpoint, Kind
from nof1_tracker.records.run_summary import RunSummary
from nof1_tracker.scraper import parse
from nof1_tracker.services.archive import archives_to_read
from nof1_tracker.services.maintain import correct_model
from nof1_tracker.services.reprocess.archived_bodies import Archives, rebuild
from nof1_tracker.services.reprocess.rejected_rows import reprocess
from tests.fakes import FakeClock
from tests.integration.archive.recordings import archive_at
from tests.integration.recording.scenes import Scene, away, clock_in
from tests.integration.test_reprocess_all import causes, legs, legs_read_with, take
from tests.unit.scraper.site_rows import trade
from tests.worlds import Rows, arena_of, differences, facts_of, rows_in

MONITORS = 3


def told(rows: Rows) -> Rows:
    """What the tables state, by natural keys; also what our clock dates."""
    dated = {**rows}
    for table in ("leaderboard_snapshots", "positions"):
        dated[table] = [{**row, "source": f"of {row['source']}"} for row in rows[table]]
    return facts_of(dated)


def record_live(engine: Engine, folder: Path, rounds: int = 6) -> list[ArchiveFolder]:
    """Three monitors take turns to fetch and store; each has an archive of its own."""
    arena = arena_of(days=1)
    clock = clock_in(arena)
    scenes = [
        Scene(engine, folder / f"{n}.archive", arena, clock) for n in range(MONITORS)
    ]
    for turn in range(rounds):
        scene = scenes[turn % MONITORS]
        with scene.recording() as recording:
            scene.collector(recording).scrape(scene.source, Kind)
        scene.later(20)
    return [scene.archive for scene in scenes]


def rebuilt(engine: Engine, *archives: ArchiveFolder) -> RunSummary:
    return rebuild(engine, FakeClock(), Archives(archives))


def again(engine: Engine, archives: Archives) -> RunSummary:
    return reprocess(engine, FakeClock(), everything=True, archives=archives).summary


@pytest.fixture
def scene(engine: Engine, tmp_path: Path) -> Scene:
    arena = arena_of()
    return Scene(engine, tmp_path / "own.archive", arena, clock_in(arena))


def recorded(scene: Scene, *kinds: Kind) -> Archives:
    """The scene's archive, after one more scrape."""
    with scene.recording() as recording:
        scene.collector(recording).scrape(scene.source, kinds or Kind)
    return Archives([scene.archive])


def test_three_interleaved_archives_give_what_was_recorded_live(
    engine: Engine, fresh_engine: Engine, tmp_path: Path
) -> None:
    archives = record_live(engine, tmp_path)
    live = told(rows_in(engine))
    summary = rebuilt(fresh_engine, *archives)
    assert summary.failures == []
    assert not differences(live, told(rows_in(fresh_engine)))
    assert len(live["model_chats"]) > 100


# --- into a new database ----------------------------------------------------------------


def test_a_rebuilt_database_goes_on_from_where_its_archive_ends(
    scene: Scene, fresh_engine: Engine
) -> None:
    archives = recorded(scene)
    rebuilt(fresh_engine, *archives.folders)
    scene.engine = fresh_engine
    with scene.recording() as recording:
        recording.positions()
        assert recording.waiting.count == 0
        scene.later(10)
        scene.collector(recording).scrape(scene.source, [Kind.MODEL_CHAT])
    times = {row["timestamp"] for row in rows_in(fresh_engine)["model_chats"]}
    assert max(times) > scene.clock.now() - timedelta(minutes=10)


def test_a_segment_that_is_still_empty_has_no_position(
    scene: Scene, fresh_engine: Engine
) -> None:
    """A position of 0 would be taken for one that somebody else has moved."""
    archives = recorded(scene, Kind.TRADES)
    empty = LiveSegment.create(scene.archive, scene.clock.now())
    empty.close()
    rebuilt(fresh_engine, *archives.folders)
    kept = {
        row["segment"]: row["record"]
        for row in rows_in(fresh_engine)["archive_positions"]
    }
    assert empty.name not in kept
    assert all(kept.values())


def test_faults_and_traits_are_noted_in_a_new_database(
    scene: Scene, fresh_engine: Engine
) -> None:
    scene.source.broken[Endpoint.PRICES] = b'{"prices": {"BTC": {"symbol": 1}}}'
    archives = recorded(scene)
    rebuilt(fresh_engine, *archives.folders)
    live, made = rows_in(scene.engine), rows_in(fresh_engine)
    assert len(made["rejected_payloads"]) == len(live["rejected_payloads"]) == 1
    assert len(made["source_traits"]) == len(live["source_traits"]) > 0


def test_a_rebuild_that_broke_off_is_made_whole_by_the_next_try(
    scene: Scene, fresh_engine: Engine
) -> None:
    archives = recorded(scene)
    told_of = iter(range(3))

    def break_off(_: str) -> None:
        if next(told_of, None) is None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(fresh_engine, FakeClock(), Archives(archives.folders), break_off)
    half = rows_in(fresh_engine)
    assert half["archive_positions"] == []
    assert rebuilt(fresh_engine, *archives.folders).failures == []
    made = rows_in(fresh_engine)
    assert not differences(told(rows_in(scene.engine)), told(made))
    assert len(made["archive_positions"]) == 1
    with pytest.raises(ConfigurationError, match="is not empty"):
        rebuilt(fresh_engine, *archives.folders)


def test_a_database_that_holds_rows_is_not_rebuilt(scene: Scene) -> None:
    archives = recorded(scene, Kind.TRADES)
    before = rows_in(scene.engine)
    with pytest.raises(ConfigurationError, match="is not empty"):
        rebuilt(scene.engine, *archives.folders)
    assert rows_in(scene.engine) == before


# --- within the database ----------------------------------------------------------------


def test_reading_it_again_changes_nothing_and_counts_what_is_not_from_it(
    scene: Scene,
) -> None:
    take(scene.engine, {"trades": [trade(1), trade(2)]})
    archives = recorded(scene)
    correct_model(scene.engine, "gpt-5", name="Mine", provider=None)
    before = rows_in(scene.engine)

    summary = again(scene.engine, archives)

    assert rows_in(scene.engine) == before
    assert (summary.failures, sum(x.updated for x in summary.lines)) == ([], 0)
    models = len(before["llm_models"])
    assert summary.warnings == [
        (
            "today's code does not make these rows out of the archives, and they stay:"
            " trades 2. They were stored without a record, or older code made them; a"
            " database that `reprocess --all --into URL` makes lacks them"
        ),
        f"seasons ({len(before['seasons'])}) and models ({models}) stay as they are set",
    ]


def test_of_a_recorded_body_todays_code_wins(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    archives = recorded(scene, Kind.TRADES)
    assert {leg.fees for leg in legs(scene.engine)} != {Decimal(7)}
    legs_read_with(monkeypatch, fees=Decimal(7))

    again(scene.engine, archives)

    assert {leg.fees for leg in legs(scene.engine)} == {Decimal(7)}
    assert {cause for *_, cause in causes(scene.engine)} == {"parser"}


def test_rows_that_older_code_could_not_read_are_had_back(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not in the tables at all cannot be read again from them."""
    with monkeypatch.context() as patch:
        patch.setitem(parse._PARSERS, Endpoint.TRADES, lambda _: {"legs": ()})
        archives = recorded(scene, Kind.TRADES)
    assert legs(scene.engine) == []
    again(scene.engine, archives)
    assert len(legs(scene.engine)) > 10


def test_what_was_served_before_is_left_out(scene: Scene) -> None:
    recorded(scene, Kind.MODEL_CHAT)
    scene.later(30)
    since = scene.clock.now()
    archives = recorded(scene, Kind.MODEL_CHAT)
    whole = again(scene.engine, archives)
    newer = again(scene.engine, Archives(archives.folders, since))
    counts = [
        sum(x.fetched for x in each.lines if x.kind == "model_chat")
        for each in (whole, newer)
    ]
    assert counts == [200, 100]
    assert newer.warnings == []


def test_what_waits_is_left_to_the_next_run(scene: Scene) -> None:
    recorded(scene, Kind.TRADES)
    scene.later(10)
    with away(scene.engine), scene.recording() as recording:
        scene.collector(recording, persistent=True).scrape(
            scene.source, [Kind.MODEL_CHAT]
        )
    again(scene.engine, Archives([scene.archive]))
    assert rows_in(scene.engine)["model_chats"] == []


# --- where changes come from ----------------------------------------------------------------


def trades_in(scene: Scene) -> list[str]:
    """Where the recorded bodies with trades are, in order."""
    return [str(x.position) for x in scene.recorded() if x.exchange.kind == "trades"]


def test_a_revision_names_the_record_that_it_came_with(
    scene: Scene, fresh_engine: Engine
) -> None:
    for net_pnl in (950.1, 940):
        body = {"trades": [trade(realized_net_pnl=net_pnl)]}
        scene.source.broken[Endpoint.TRADES] = json.dumps(body).encode()
        archives = recorded(scene, Kind.TRADES)
        scene.adopt = True
        scene.later(10)
    _, second = trades_in(scene)
    rebuilt(fresh_engine, *archives.folders)
    for engine in (scene.engine, fresh_engine):
        (revision,) = rows_in(engine)["revisions"]
        assert revision["archive_entry"] == second


def test_a_revision_by_newer_code_names_the_record_that_was_read_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"trades": [trade()]}
    scene.source.broken[Endpoint.TRADES] = json.dumps(body).encode()
    archives = recorded(scene, Kind.TRADES)
    legs_read_with(monkeypatch, fees=Decimal(7))
    again(scene.engine, archives)
    (only,) = trades_in(scene)
    (revision,) = rows_in(scene.engine)["revisions"]
    assert revision["archive_entry"] == only


# --- damage ---------------------------------------------------------------------------------


def flip_in(archive: ArchiveFolder, at: Position) -> None:
    """Flips a bit in the middle of the record."""
    with reading(archive, at.segment) as reader:
        reader.record(at.record)
        raw = reader.raw(at.record)
    file = archive.live(at.segment)
    content = bytearray(file.read_bytes())
    content[content.index(raw) + len(raw) // 2] ^= 1
    file.write_bytes(content)


def test_damage_is_named_and_the_rest_is_read(
    scene: Scene, fresh_engine: Engine
) -> None:
    archives = recorded(scene)
    chats = next(x for x in scene.recorded() if x.exchange.kind == "conversations")
    flip_in(scene.archive, chats.position)

    summary = rebuilt(fresh_engine, *archives.folders)

    (failure,) = summary.failures
    assert failure.startswith(f"damaged: {chats.position.segment}: record")
    made = rows_in(fresh_engine)
    assert made["trades"]
    assert not made["model_chats"]


def test_a_body_at_which_this_program_fails_costs_itself_alone(
    scene: Scene, fresh_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    archives = recorded(scene)
    legs_read_with(monkeypatch, no_such_field=1)

    summary = rebuilt(fresh_engine, *archives.folders)

    (failure,) = summary.failures
    assert "/api/trades: Unexpected TypeError" in failure
    made = rows_in(fresh_engine)
    assert made["model_chats"]
    assert not [row for row in made["trades"] if row["exit_price"] is not None]


# --- which archives ---------------------------------------------------------------------


def test_an_archive_that_the_database_does_not_know_is_refused(
    scene: Scene, fresh_engine: Engine
) -> None:
    archives = recorded(scene, Kind.TRADES)
    with pytest.raises(ArchiveError, match="does not know the archive"):
        again(fresh_engine, archives)
    assert rows_in(fresh_engine)["trades"] == []
    again(fresh_engine, Archives(archives.folders, adopt=True))
    assert rows_in(fresh_engine)["trades"]


def test_archives_of_different_sites_are_refused(
    engine: Engine, tmp_path: Path
) -> None:
    folders = [tmp_path / "real", tmp_path / "simulated"]
    for folder in folders:
        archive_at(folder, simulated=folder.name == "simulated")
    with pytest.raises(ArchiveError, match="of different sites"):
        archives_to_read(engine, folders)
    assert len(archives_to_read(engine, folders, adopt=True)) == 2
    assert len(archives_to_read(engine, [folders[0]] * 2)) == 1
    with pytest.raises(ArchiveError, match="is not an archive"):
        archives_to_read(engine, [tmp_path])


# --- the command ------------------------------------------------------------------------

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, migrated_url: str) -> Run:
    monkeypatch.setenv("NOF1_DATABASE_URL", migrated_url)

    def invoke(*words: str, code: int = 0) -> Result:
        words = ("reprocess", *words)
        result = CliRunner().invoke(app, list(words), catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result

    return invoke


def test_the_command_rebuilds_into_a_new_file(
    run: Run, scene: Scene, tmp_path: Path
) -> None:
    (archive,) = recorded(scene, Kind.TRADES).folders
    new = f"sqlite:///{tmp_path}/new.db"
    words = ("--all", "--into", new, "--archive", str(archive.path))
    summary = json.loads(run(*words, "--json").stdout)
    trades = next(x for x in summary["lines"] if x["kind"] == "trades")
    assert trades["inserted"] == len(legs(scene.engine))
    assert "is not empty" in run(*words, code=2).stderr
    wrong = ("--all", "--into", "mysql://new", "--archive", str(archive.path))
    assert "Correct --into." in run(*wrong, code=2).stderr


def test_the_command_reads_the_archive_of_its_database(
    run: Run, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    (archive,) = recorded(scene, Kind.TRADES).folders
    monkeypatch.setenv("NOF1_ARCHIVE_DIR", str(archive.path))
    told = run("--all")
    assert "account_totals" in told.stdout
    assert "stay as they are set" in told.stderr
    flip_in(archive, scene.recorded()[0].position)
    assert "Failed: damaged: " in run("--all", code=3).stderr


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--since", "3d"), 2, "belong to --all"),
        (("--into", "sqlite:///new.db"), 2, "belong to --all"),
        (("--all", "--since", "3d"), 6, "There is no archive"),
        (("--all", "--into", "sqlite:///new.db"), 6, "There is no archive"),
        (("--all", "--archive", "."), 6, "is not an archive"),
    ],
)
def test_what_cannot_be_read_again_is_told(
    run: Run, words: tuple[str, ...], code: int, told: str
) -> None:
    assert told in run(*words, code=code).stderr
    assert not Path("new.db").exists()


def test_without_an_archive_all_stored_rows_are_read_again(
    run: Run, engine: Engine
) -> None:
    take(engine, {"trades": [trade(1)]})
    assert "Now accepted: 0; still rejected: 0." in run("--all").stdout
