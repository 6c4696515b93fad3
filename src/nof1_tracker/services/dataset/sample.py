"""Use case: the edition that comes with the package, in a database of its own."""

from pathlib import Path

from nof1_tracker.database.connection import Engine
from nof1_tracker.database.engine.schema import ensure_schema
from nof1_tracker.services.dataset.load import LoadedDataset, load_dataset

EDITION = Path(__file__).with_name("edition0")
"""Edition 0; `python -m scripts.edition` makes it."""


def fill_with_sample(engine: Engine) -> LoadedDataset:
    """Loads edition 0 into a database, once or again; returns what that did.

    Raises:
        DatabaseError: The database cannot be used.
    """
    ensure_schema(engine)
    return load_dataset(engine, EDITION)
