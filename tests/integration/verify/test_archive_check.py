"""Damage of the archive is found by `verify`."""

from pathlib import Path

from typer.testing import CliRunner

from nof1_tracker.main import app
from tests.integration.verify.verified import run
from tests.worlds import arena_of, write_captures

ARENA = arena_of(days=0.05)


def test_a_whole_archive_is_checked_and_a_damaged_one_is_told(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'nof1.db'}"
    folder = write_captures(ARENA, tmp_path / "captures", ARENA.end, ("trades",))
    words = ["import", str(folder)]
    done = CliRunner().invoke(app, words, env={"NOF1_DATABASE_URL": url})
    assert done.exit_code == 0, done.output
    code, found = run(url)
    assert code == 3
    assert found["damage"] == []
    assert "There is no archive to check." not in found["unchecked"]
    (segment,) = (tmp_path / "nof1.db.archive").rglob("*.warc.gz")
    whole = segment.read_bytes()
    half = len(whole) // 2
    segment.write_bytes(whole[:half] + bytes([whole[half] ^ 1]) + whole[half + 1 :])
    code, found = run(url)
    assert code == 1
    assert found["contradicted"]
    assert any(segment.name.split(".")[0] in line for line in found["damage"])
