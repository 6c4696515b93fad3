"""One account stays one account, whichever ids it is served under, in any order."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from nof1_tracker.database import UnitOfWork
from nof1_tracker.database.models import (
    AccountAlias,
    LeaderboardSnapshot,
    LLMModel,
)
from nof1_tracker.records.parsed import (
    ParsedPayload,
)
from nof1_tracker.records.payloads import RawPayload
from nof1_tracker.scraper.parse import parse_payload
from nof1_tracker.services.store_records import StoredPayload, store_records
from tests.parsed_payloads import (
    contents,
    store,
)
from tests.worlds import engine_on

CASES = Path(__file__).resolve().parents[1] / "cases"
RENAME = sorted((CASES / "23-rename").glob("*.json"))
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _body(file: Path) -> ParsedPayload:
    return parse_payload(RawPayload(file.read_bytes(), file.name, NOW, "capture"))


def _accounts(engine: Engine) -> dict[str, str]:
    with Session(engine) as session:
        return {str(m.model_id): m.name for m in session.scalars(select(LLMModel))}


def _aliases(engine: Engine) -> dict[str, tuple[str, datetime | None]]:
    with Session(engine) as session:
        rows = session.execute(
            select(
                AccountAlias.alias, LLMModel.model_id, AccountAlias.observed_at
            ).join(LLMModel)
        )
        return {alias: (str(model), seen) for alias, model, seen in rows}


def _stored(engine: Engine, payload: ParsedPayload) -> StoredPayload:
    with UnitOfWork(engine, writes=True) as unit:
        stored = store_records(unit.repositories, payload)
        unit.commit()
    return stored


def _everything(engine: Engine) -> Mapping[str, Any]:
    return {**contents(engine), "aliases": _aliases(engine)}


# --- renames ------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_rename_is_one_account_in_every_order(
    engine: Engine, order: Sequence[int]
) -> None:
    store(engine, *(_body(RENAME[index]) for index in order))
    assert _accounts(engine) == {"mystery-model": "Grok 4.20", "grok-4": "Grok 4"}
    renamed_at = datetime(2025, 11, 21, 1, 53, 20, tzinfo=UTC)
    assert _aliases(engine) == {"grok-4.20": ("mystery-model", renamed_at)}
    with Session(engine) as session:
        rows = session.execute(
            select(LLMModel.model_id, LeaderboardSnapshot.rank)
            .join(LeaderboardSnapshot.model)
            .order_by(LeaderboardSnapshot.timestamp, LLMModel.model_id.desc())
        ).all()
    names = ["mystery-model", "grok-4", "mystery-model", "grok-4", "mystery-model"]
    assert [tuple(row) for row in rows] == list(
        zip(names, [1, 2, 1, 2, 1], strict=True)
    )


def test_all_orders_of_a_rename_give_the_same_tables(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    found = []
    for number, order in enumerate(permutations(RENAME)):
        file = tmp_path / f"{number}.db"
        file.write_bytes(migrated_sqlite.read_bytes())
        with engine_on(f"sqlite:///{file}") as engine:
            store(engine, *map(_body, order))
            found.append(_everything(engine))
    assert all(each == found[0] for each in found)
