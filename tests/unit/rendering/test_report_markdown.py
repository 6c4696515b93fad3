"""A report for pasting into an issue."""

import re

import pytest

from nof1_tracker.analyzer.report.build_report import empty_report
from nof1_tracker.analyzer.report.comparison import compare_models
from nof1_tracker.analyzer.report.season_report import ReportRules
from nof1_tracker.analyzer.report.sections import EVERY_SECTION, Section
from nof1_tracker.rendering.markdown.comparison import comparison_markdown
from nof1_tracker.rendering.markdown.escape import escaped
from nof1_tracker.rendering.markdown.report import report_markdown
from tests.unit.analyzer.boards import NOW
from tests.unit.analyzer.columns import trades
from tests.unit.analyzer.reports import (
    history,
    mind,
    report_of,
    short_season,
    with_held,
)

HOSTILE = "<img src=x>|`code` @everyone #1 **b** https://evil.example [x](y) $z$ :+1:"


def test_a_season_has_a_line_per_model_and_the_verdict() -> None:
    text = report_markdown(short_season())

    assert "## Season 1 · 2025-10-20 00:00 to 2025-10-24 04:00 UTC (last" in text
    assert "| 1 | Alpha 1 | 14,000.00 | +40.0 % | +930.00 | 10 |" in text
    assert "- Alpha 1 has the most equity" in text
    assert "###" not in text


def test_what_is_partial_has_a_mark_and_a_footnote() -> None:
    text = report_markdown(short_season())

    assert "| -140.00\\* | 12\\* | 50.0 %\\* |" in text
    assert "\n\\* Only part of the trades is stored" in text
    assert "Beta 2 Pro 12 of 28 trades (43 %)" in text


def test_with_sections_each_model_has_them() -> None:
    text = report_markdown(short_season(), {Section.MIND})

    assert text.count("#### Mind") == 4
    assert "#### Trades" not in text


def test_where_history_is_partial_the_figures_of_nof1_stand_beside_ours() -> None:
    text = report_markdown(short_season(), {Section.TRADES})

    assert "|  | 12 stored\\* | reported by nof1, 28 |" in text
    assert "| Win rate | 50.0 % | 42.0 % |" in text


def test_one_model_is_shown_in_full() -> None:
    text = report_markdown(report_of(history("a", equity=[1e4, 1.1e4], **mind())))

    for title in ("#### Equity", "#### Mind", "#### Uncertainty"):
        assert title in text


def test_texts_of_the_site_are_texts() -> None:
    report = report_of(
        history(
            "a",
            equity=[1e4, 1.1e4],
            legs=trades([5.0, -3.0], symbol=[HOSTILE, HOSTILE]),
            signals={HOSTILE: 3},
            points=mind()["points"],
            name=HOSTILE,
            provider=HOSTILE,
        ),
    )

    assert_harmless(report_markdown(report, EVERY_SECTION))


def test_names_in_a_comparison_are_texts() -> None:
    report = report_of(*(history(each, name=HOSTILE) for each in "ab"))

    assert_harmless(comparison_markdown(compare_models(report, *report.models)))


def test_what_is_ours_keeps_its_signs() -> None:
    text = report_markdown(report_of(history("a", equity=[1.0, 1e7])))

    assert "| > 9,999 % |" in text
    assert "&gt;" not in text


def assert_harmless(text: str) -> None:
    assert "everyone" in text
    assert "<img" not in text
    assert not re.search(r"@\w", text)
    assert not re.search(r"#\d", text)
    assert "https://evil" not in text
    assert not re.search(r"(?<!\\)[`$]", text)
    for line in text.splitlines():
        if line.startswith("|") and "everyone" in line:
            assert "\\|" in line


def test_an_escaped_text_still_reads_as_it_was() -> None:
    assert escaped("Claude 4.5 (prev. x) - 50 %") == "Claude 4.5 (prev. x) - 50 %"
    assert escaped("buy_to_enter") == "buy\\_to\\_enter"
    assert escaped("a\nb") == "a b"


@pytest.mark.parametrize("sections", [None, EVERY_SECTION])
def test_tables_are_whole(sections: frozenset[Section] | None) -> None:
    text = report_markdown(short_season(), sections)

    for block in text.split("\n\n"):
        if block.startswith("|"):
            bars = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
            assert len(bars) == 1, block


def test_an_empty_database_is_told_in_words() -> None:
    text = report_markdown(empty_report(NOW, ReportRules()))

    assert text == "Nothing to report yet. Run `nof1-tracker scrape`.\n"


def test_what_is_held_stands_beside_each_account() -> None:
    text = report_markdown(with_held(short_season()))
    assert (
        "| Held | Hours | Conversations | Trades |\n| :--- | ---: | ---: | ---: |\n"
        in (text)
    )
    assert "| Alpha 1 | 407 | 28 of 5,144+ | 100+ |" in text
    assert "| Held |" not in report_markdown(short_season())
