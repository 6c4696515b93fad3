"""Makes a fixture: a database as the code of some commit leaves it.

    ./scripts/postgres .venv/bin/python -m tests.integration.upgrades.make_fixture \\
        NAME [COMMIT] [--schema REVISION]

Checks the commit out, installs it into an environment of its own, and lets it record
a simulated season into SQLite and PostgreSQL. `--schema` takes the database back to an
older schema afterwards, by the code of the commit. Needs git, pg_dump and a network.
"""

import argparse
import lzma
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text

from nof1_tracker.database.connection import create_db_engine
from tests.databases import as_text, scratch_database, server_url
from tests.integration.upgrades import record_then
from tests.integration.upgrades.fixtures import (
    FILES,
    MANIFEST,
    Fixture,
    Manifest,
    TableContents,
    contents_of,
)

ROOT = Path(__file__).parents[3]
_NAMELESS = text("UPDATE rejected_payloads SET origin = replace(origin, :tree, '')")
_OF_NEWER_SERVERS = re.compile(
    r"^(\\(un)?restrict |SET transaction_timeout ).*\n", re.MULTILINE
)
"""Lines of newer versions of pg_dump that older servers, or no server, understand."""


def make(name: str, commit: str, schema: str | None) -> Fixture:
    """Makes the fixture of that name."""
    fixture = Fixture(name)
    fixture.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as parent, _checkout(commit, Path(parent)) as tree:
        maker = _Maker(tree, schema)
        contents = {
            "sqlite": maker.make_sqlite(fixture.folder / FILES["sqlite"]),
            "postgresql": maker.make_postgresql(fixture.folder / FILES["postgresql"]),
        }
    manifest = Manifest(revision=maker.revision, commit=commit, contents=contents)
    (fixture.folder / MANIFEST).write_text(manifest.model_dump_json(indent=1) + "\n")
    return fixture


@contextmanager
def _checkout(commit: str, parent: Path) -> Iterator[Path]:
    """The commit's files, with an environment that has its code installed."""
    tree = parent / "tree"
    _git("worktree", "add", "--quiet", "--detach", str(tree), commit)
    try:
        environment = tree / ".venv"
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        pip = [str(environment / "bin/python"), "-m", "pip", "--quiet"]
        subprocess.run([*pip, "install", str(tree)], check=True)
        yield tree
    finally:
        _git("worktree", "remove", "--force", str(tree))


def _git(*words: str) -> str:
    done = subprocess.run(
        ["git", *words], check=True, cwd=ROOT, capture_output=True, text=True
    )
    return done.stdout.strip()


class _Maker:
    """Lets the code in a tree fill databases.

    Attributes:
        revision: The schema of the last database made.
    """

    def __init__(self, tree: Path, schema: str | None) -> None:
        self._tree = tree
        self._schema = schema
        self.revision = ""

    def make_sqlite(self, packed: Path) -> dict[str, TableContents]:
        file, whole = self._tree / "recorded.db", self._tree / "whole.db"
        contents = self._fill(f"sqlite:///{file}")
        with closing(sqlite3.connect(file)) as source:
            source.execute("VACUUM INTO ?", [str(whole)])
        packed.write_bytes(_packed(whole.read_bytes()))
        return contents

    def make_postgresql(self, packed: Path) -> dict[str, TableContents]:
        server = server_url()
        if server is None:
            raise SystemExit("Start it through ./scripts/postgres.")
        with scratch_database(server) as url:
            contents = self._fill(as_text(url.set(drivername="postgresql")))
            dump = subprocess.run(
                [
                    "pg_dump",
                    "--no-owner",
                    "--no-privileges",
                    "--inserts",
                    "--rows-per-insert=100",
                    as_text(url.set(drivername="postgresql")),
                ],
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        packed.write_bytes(_packed(_OF_NEWER_SERVERS.sub("", dump).encode()))
        return contents

    def _fill(self, url: str) -> dict[str, TableContents]:
        """Records, steps back where asked to; what the tables then hold."""
        shutil.rmtree(self._tree / "captures", ignore_errors=True)
        self._run(url, "python", record_then.__file__, "captures")
        if self._schema:
            self._run(url, "alembic", "downgrade", self._schema)
        engine = create_db_engine(url)
        try:
            with engine.begin() as connection:
                # Paths are stored in full; this machine's are nobody's business.
                connection.execute(_NAMELESS, {"tree": f"{self._tree.resolve()}/"})
                self.revision = connection.exec_driver_sql(
                    "SELECT version_num FROM alembic_version"
                ).scalar_one()
            return contents_of(engine)
        finally:
            engine.dispose()

    def _run(self, url: str, program: str, *words: str) -> None:
        """In an environment with no settings but these."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self._tree),
            "NOF1_DATABASE_URL": url,
            # Nobody listens there: deliveries of events stay pending.
            "NOTIFY_WEBHOOK_URL": "http://127.0.0.1:9/",
            "NOTIFY_WEBHOOK_SECRET": "whsec_" + "c2ltdWxhdGVk" * 4,
        }
        command = [str(self._tree / ".venv/bin" / program), *words]
        subprocess.run(command, check=True, cwd=self._tree, env=environment)


def _packed(plain: bytes) -> bytes:
    return lzma.compress(plain, preset=9 | lzma.PRESET_EXTREME)


def main() -> None:
    """Reads the arguments, makes the fixture, says what it weighs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("name", help="such as the release's version")
    parser.add_argument("commit", nargs="?", default="HEAD")
    parser.add_argument("--schema", help="take it back to this revision")
    wanted = parser.parse_args()
    commit = _git("rev-parse", f"{wanted.commit}^{{commit}}")
    fixture = make(wanted.name, commit, wanted.schema)
    for file in sorted(fixture.folder.iterdir()):
        size = file.stat().st_size / 1000
        sys.stdout.write(f"{file.relative_to(ROOT)}: {size:,.0f} kB\n")


if __name__ == "__main__":
    main()
