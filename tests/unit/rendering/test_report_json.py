"""A report for programs: its shape, its schema, its numbers."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

import jsonschema
import numpy as np
import pytest

from nof1_tracker.analyzer.report.build_report import empty_report
from nof1_tracker.analyzer.report.comparison import compare_models
from nof1_tracker.analyzer.report.season_report import ReportRules, SeasonReport
from nof1_tracker.analyzer.report.sections import Section
from nof1_tracker.records.account_columns import CountColumns
from nof1_tracker.rendering.programs.output import to_json
from nof1_tracker.rendering.programs.report.comparison_object import comparison_object
from nof1_tracker.rendering.programs.report.comparison_shape import ComparisonShape
from nof1_tracker.rendering.programs.report.report_object import report_object
from nof1_tracker.rendering.programs.report.report_shape import ReportShape
from nof1_tracker.rendering.programs.report.schemas import (
    SCHEMAS,
    json_schema,
    schema_file,
    schema_text,
)
from tests.unit.analyzer.boards import NOW, season
from tests.unit.analyzer.columns import START, snapshots, times
from tests.unit.analyzer.reports import history, report_of, short_season, with_held

PROMISED_TRADES = (
    "total_trades wins losses breakevens win_rate net_pnl gross_pnl fees avg_net_pnl"
    " std_net_pnl avg_gross_pnl std_gross_pnl biggest_win biggest_loss profit_factor"
    " payoff_ratio expectancy avg_notional median_notional std_notional"
    " avg_holding_seconds median_holding_seconds std_holding_seconds long_share"
)
PROMISED_GROUP = (
    "count avg_net_pnl std_net_pnl avg_notional std_notional avg_holding_seconds"
    " std_holding_seconds"
)


def printed(report: SeasonReport, **options: Any) -> Any:
    """What a program that reads the JSON gets."""
    return json.loads(to_json(report_object(report, **options)))


def strict(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with no room for fields that it does not name."""

    def closed(node: Any) -> Any:
        if isinstance(node, list):
            return [closed(each) for each in node]
        if not isinstance(node, dict):
            return node
        below = {name: closed(each) for name, each in node.items()}
        return below | ({"additionalProperties": False} if "properties" in node else {})

    found = closed(dict(schema))
    assert isinstance(found, dict)
    return found


@cache
def strict_validator(shape: type) -> jsonschema.Draft202012Validator:
    """Built once: the schema of a report takes a third of a second."""
    return jsonschema.Draft202012Validator(strict(json_schema(shape)))


def validate(instance: Any, shape: type = ReportShape) -> None:
    strict_validator(shape).validate(instance)


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_published_schema_is_that_of_the_types(name: str) -> None:
    text = schema_text(name)
    assert schema_file(name).read_text() == text, "run `make schema`"
    jsonschema.Draft202012Validator.check_schema(json.loads(text))


def test_a_report_keeps_to_its_schema() -> None:
    validate(printed(short_season()))


def test_a_comparison_keeps_to_its_schema() -> None:
    report = short_season()
    comparison = compare_models(report, *report.models[:2])

    validate(json.loads(to_json(comparison_object(comparison))), ComparisonShape)


@pytest.mark.parametrize("section", Section)
def test_a_section_alone_leaves_the_others_out(section: Section) -> None:
    found = printed(short_season(), sections={section})

    validate(found)
    first, *_ = found["models"]
    assert section.value in first
    assert not (set(map(str, Section)) - {section.value}) & set(first)


def test_an_empty_database_has_a_report_without_models() -> None:
    found = printed(empty_report(NOW, ReportRules()))

    validate(found)
    assert found["season"] is None
    assert found["models"] == []
    assert found["ranking"]["leader"] is None


def test_a_model_has_the_promised_names() -> None:
    alpha = printed(short_season())["models"][0]

    assert {"model_id", "name", "provider", "standing", "coverage"} <= set(alpha)
    assert {"trades", "equity", "mind", "uncertainty"} <= set(alpha)
    assert set(alpha["standing"]) == {
        "equity",
        "rank",
        "total_return",
        "source",
        "observed_at",
    }
    assert (alpha["at_close"], alpha["at_last"]) == (None, None)
    assert alpha["suspected_glitches"] == []
    assert {"stored", "reported", "share", "is_partial"} <= set(alpha["coverage"])
    assert set(PROMISED_TRADES.split()) <= set(alpha["trades"])
    for group in ("winners", "losers", "longs", "shorts"):
        assert set(alpha["trades"][group]) == set(PROMISED_GROUP.split())


def test_a_gap_states_what_legs_tell_of_it() -> None:
    seen = replace(
        snapshots([10_500.0, 10_600.0], hours=[5, 10]),
        unrealized_pnl=np.array([200.0, np.nan]),
    )
    alpha = replace(
        history("alpha", nets=[100.0, 30.0]),
        snapshots=seen,
        counts=CountColumns(observed_at=times([6]), total=np.array([2])),
    )
    found = printed(report_of(alpha))
    validate(found)
    first, second = found["models"][0]["realized_in_gaps"]
    assert first == {
        "starts_at": "2025-10-20T00:00:00Z",
        "ends_at": "2025-10-20T05:00:00Z",
        "realized_equity": 10_000,
        "known_until": "2025-10-20T05:00:00Z",
        "legs": 2,
        "realized_equity_then": 10_130,
        "jump": 10_300 - 10_130,
    }
    assert (second["realized_equity"], second["known_until"]) == (10_300, None)
    assert (second["legs"], second["realized_equity_then"], second["jump"]) == (
        0,
        None,
        None,
    )


def test_numbers_are_fractions_usd_and_seconds_and_the_undefined_is_null() -> None:
    report = printed(short_season())
    alpha, gamma, _, _ = report["models"]

    assert alpha["trades"]["win_rate"] == 0.5
    assert alpha["trades"]["net_pnl"] == 930.0
    assert alpha["trades"]["avg_holding_seconds"] == 3600.0
    assert alpha["equity"]["total_return"] == pytest.approx(0.4)
    assert gamma["trades"]["win_rate"] is None
    assert gamma["trades"]["total_trades"] == 0
    assert gamma["equity"]["sharpe_ratio"] is None
    assert report["rules"]["step_seconds"] == 3600


def test_equity_of_the_standing_keeps_every_digit() -> None:
    standing = report_object(short_season())["models"][0]["standing"]

    assert standing is not None
    assert standing["equity"] == Decimal(14000)
    assert '"equity": 14000,' in to_json(report_object(short_season()))


def test_figures_of_nof1_stand_beside_ours_by_the_same_names() -> None:
    beta = printed(short_season())["models"][2]

    theirs = beta["reported_by_nof1"]["figures"]
    assert beta["coverage"]["is_partial"]
    assert beta["coverage"]["share"] == pytest.approx(6 / 14)
    assert theirs["win_rate"] == pytest.approx(0.42)
    assert theirs["avg_holding_seconds"] == 5400
    assert theirs["longs"] == {"count": 18}
    assert set(theirs) <= set(beta["trades"])


def test_the_ranking_says_what_the_trades_support() -> None:
    ranking = printed(short_season())["ranking"]

    assert ranking["leader"] == "alpha"
    assert ranking["leader_supported"] is False
    ids = ranking["matrix"]["model_ids"]
    assert ids == ["alpha", "gamma", "beta"]
    assert ranking["matrix"]["rows"][0][2] == ranking["leader_probability"]
    assert ranking["matrix"]["rows"][0][1] is None
    assert [each["separation"] for each in ranking["adjacent"]] == ["unknown"] * 2


def test_every_time_is_iso_8601_in_utc() -> None:
    times = list(_of_unit(printed(short_season()), json_schema(ReportShape), "UTC"))

    assert len(times) > 10
    for each in times:
        if len(each) > len("2025-10-20"):
            assert each.endswith("Z")
            assert datetime.fromisoformat(each).utcoffset() is not None


def _of_unit(value: Any, schema: Any, unit: str) -> Iterator[str]:
    """Every text in the value that the schema gives this unit."""
    definitions = schema["$defs"]

    def walk(value: Any, node: Any) -> Iterator[str]:
        if "$ref" in node:
            node = definitions[node["$ref"].rpartition("/")[2]] | node
        for each in node.get("anyOf", ()):
            if each.get("type") != "null":
                yield from walk(value, each)
        if isinstance(value, dict):
            for name, each in value.items():
                yield from walk(each, node.get("properties", {}).get(name, {}))
        elif isinstance(value, list):
            for each in value:
                yield from walk(each, node.get("items", {}))
        elif value is not None and node.get("unit") == unit:
            yield value

    yield from walk(value, schema)


def test_every_figure_has_a_unit() -> None:
    """But for what has none: names, versions, flags."""
    unitless = {"schema_version", "periods_per_year", "number", "low", "high"}
    for definition in json_schema(ReportShape)["$defs"].values():
        for name, field in definition.get("properties", {}).items():
            kinds = field.get("anyOf", [field])
            for kind in kinds:
                if kind.get("type") in {"number", "integer"} and name not in unitless:
                    assert kind.get("unit"), name


def test_hostile_names_stay_data() -> None:
    hostile = 'x"\x1b[2J\u202e</script>'
    report = report_of(
        history("a", equity=[1e4], name=hostile), span=season(start=START, name=hostile)
    )

    text = to_json(report_object(report))

    assert "\x1b" not in text
    assert "\u202e" not in text
    assert json.loads(text)["models"][0]["name"] == hostile


def test_what_is_held_of_an_account_has_a_row_for_each_kind() -> None:
    first, *others = printed(with_held(short_season()))["models"]
    hours, chats, legs = first["held"]
    assert hours == {
        "kind": "hours",
        "held": 407,
        "missing": 0,
        "expected": 407,
        "short_days": [],
    }
    assert (chats["held"], chats["missing"], chats["expected"]) == (28, 5116, None)
    assert legs["short_days"] == ["2025-10-20"]
    assert all(each["held"] == [] for each in others)
