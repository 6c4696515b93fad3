"""The program, to fill a database and to export from it."""

from tests.integration.reading.conftest import board, run

__all__ = ["board", "run"]
