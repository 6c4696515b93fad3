"""A report on a terminal: at every width, whatever is not known."""

import re
from collections.abc import Collection
from dataclasses import replace

import pytest
from rich.cells import cell_len

from nof1_tracker.analyzer.report.build_report import empty_report
from nof1_tracker.analyzer.report.season_report import ReportRules, SeasonReport
from nof1_tracker.analyzer.report.sections import EVERY_SECTION, Section
from nof1_tracker.rendering.sentences import (
    benchmark_sentence,
    power_sentence,
    verdict_sentence,
)
from nof1_tracker.rendering.terminal.report.report import model_text, report_text
from tests.unit.analyzer.boards import NOW
from tests.unit.analyzer.columns import snapshots
from tests.unit.analyzer.reports import (
    history,
    mind,
    report_of,
    reported,
    short_season,
    with_held,
)
from tests.unit.rendering.test_terminal_tables import (
    HOSTILE,
    assert_harmless,
    plain,
    shown,
)

WIDTHS = (60, 80, 100, 140, 200)


def season_text(width: int = 100, report: SeasonReport | None = None) -> str:
    return plain(report_text(report or short_season(), width), width)


def text_of(
    account_id: str, width: int = 100, sections: Collection[Section] = EVERY_SECTION
) -> str:
    report = short_season()
    (model,) = (m for m in report.models if m.account.account_id == account_id)
    return plain(model_text(model, report, width, sections), width)


def words(text: str) -> str:
    """The text without its lines, to find sentences in."""
    return " ".join(text.split())


# --- the season at a glance -------------------------------------------------------


@pytest.mark.parametrize("width", WIDTHS)
def test_the_summary_fits_and_has_a_line_per_model(width: int) -> None:
    text = season_text(width)

    assert max(map(cell_len, text.splitlines())) <= width
    assert "…" not in text
    for name in ("Alpha 1", "Beta 2 Pro", "Gamma", "BTC Buy & Hold"):
        assert re.search(rf"^\S +{re.escape(name)} ", text, re.MULTILINE)


def test_the_wider_the_more_is_shown() -> None:
    assert "Curve" not in season_text(60)
    assert "▁" in season_text(80)
    assert "Trades" in season_text(100)
    assert "95 %" in season_text(140).splitlines()[2]
    assert "14,000.00" in season_text(140)


def test_partial_history_is_marked_wherever_trades_are_counted() -> None:
    text = season_text(100)

    (line,) = re.findall(r"^3 .*$", text, re.MULTILINE)
    for figure in ("-140*", "12*", "50.0 %*"):
        assert f" {figure} " in line
    assert "12 of 28 trades (43 %)" in words(text)


def test_equity_that_was_not_always_observed_is_marked_where_it_counts() -> None:
    text = season_text(140)

    (line,) = re.findall(r"^3 .*$", text, re.MULTILINE)
    for figure in ("-15.0 %°", "–°"):  # noqa: RUF001
        assert f" {figure} " in line
    assert text.count("°") == 3


def test_gaps_and_missing_conversations_are_told() -> None:
    text = words(season_text(100))

    assert "Equity was not observed for some time: Beta 2 Pro (20 h)." in text
    assert "Conversations are missing: Beta 2 Pro (16.7 %), Alpha 1 (6.2 %)." in text


def test_the_rules_are_stated() -> None:
    assert "Equity every 1 h, gaps beyond 3 h;" in words(season_text(100))
    assert "95 % intervals of Student's t" in words(season_text(100))


def test_names_from_the_site_cannot_steer_the_terminal() -> None:
    told = {**mind(), "signals": {HOSTILE: 4}}
    report = report_of(
        history(
            "a", equity=[1e4], nets=[1, -2], name=HOSTILE, provider=HOSTILE, **told
        ),
        history("b", equity=[1e4], nets=[1, -2, 3], name=HOSTILE),
    )

    assert_harmless(shown(report_text(report, 100, EVERY_SECTION), 100))


def test_an_empty_database_is_told_in_words() -> None:
    text = plain(report_text(empty_report(NOW, ReportRules()), 100))

    assert text.strip() == "Nothing to report yet. Run `nof1-tracker scrape`."


def test_one_model_alone_is_shown_in_full_several_are_not() -> None:
    alone = report_of(history("a", equity=[1e4, 1.2e4], nets=[3, -1], **mind()))

    text = season_text(100, alone)

    for title in ("Trades", "Equity", "Against the benchmark", "Mind", "Uncertainty"):
        assert re.search(rf"^{title}\b", text, re.MULTILINE)
    assert not re.search(r"^Mind\b", season_text(100), re.MULTILINE)


def test_sections_that_are_asked_for_follow_the_summary_of_several() -> None:
    text = plain(report_text(short_season(), 100, {Section.UNCERTAINTY}), 100)

    assert "Leader" in text
    assert len(re.findall(r"^Uncertainty", text, re.MULTILINE)) == 4
    assert "Winners" not in text


# --- what is said of the ranking --------------------------------------------------


def test_a_lead_that_the_trades_support_is_called_so() -> None:
    report = report_of(
        history("a", equity=[1.2e4], nets=[100, 120, 90, 110, 130] * 2, name="Able"),
        history("b", equity=[1.1e4], nets=[-100, -120, -90, -110] * 3, name="Baker"),
    )

    sentence = verdict_sentence(report)

    assert sentence is not None
    assert sentence.startswith("Able has the most equity, and the trades support it:")
    assert power_sentence(report) is None


def test_a_lead_that_the_trades_cannot_support_says_how_many_it_would_take() -> None:
    report = report_of(
        history("a", equity=[1.2e4], nets=[100, -90, 80, -70, 60] * 2, name="Able"),
        history("b", equity=[1.1e4], nets=[-100, 95, -60, 50, 10] * 2, name="Baker"),
    )

    verdict, power = verdict_sentence(report), power_sentence(report)

    assert verdict is not None
    assert "the trades do not show that it trades best" in verdict
    assert "and 95 % is required" in verdict
    assert power is not None
    assert re.search(r"about [\d,]+ more trades of each would show it", power)


def test_a_leader_that_trades_worse_has_no_lead_to_confirm() -> None:
    report = report_of(
        history("a", equity=[1.2e4], nets=[-5, -9, 3] * 4, name="Able"),
        history("b", equity=[1.1e4], nets=[5, 9, -3] * 4, name="Baker"),
    )

    assert power_sentence(report) == (
        "Over Baker, the runner-up, its trades show no lead that more trades could"
        " confirm."
    )


def test_without_trades_nobody_can_be_told_to_trade_best() -> None:
    report = report_of(history("a", equity=[1.2e4]), history("b", equity=[1.1e4]))

    sentence = verdict_sentence(report)

    assert sentence is not None
    assert "too few trades to say" in sentence


def test_of_some_models_the_first_need_not_lead_the_season() -> None:
    whole = report_of(
        history("a", equity=[1.3e4], nets=[9, -8]),
        history("b", equity=[1.2e4], nets=[1, -9, 7] * 4, name="Baker"),
        history("c", equity=[1.1e4], nets=[-1, 9, 5] * 4),
    )
    asked = whole.models[1:]
    ranking = report_of(
        history("b", equity=[1.2e4], nets=[1, -9, 7] * 4),
        history("c", equity=[1.1e4], nets=[-1, 9, 5] * 4),
    ).ranking

    sentence = verdict_sentence(replace(whole, models=asked, ranking=ranking))

    assert sentence is not None
    assert sentence.startswith("Baker has the most equity of these, but")


def test_alone_there_is_no_one_to_hold_it_against() -> None:
    sentence = verdict_sentence(report_of(history("a", equity=[1.2e4], name="Able")))

    assert sentence is not None
    assert sentence.startswith("Able is alone here")


def test_the_benchmark_says_how_many_did_better() -> None:
    assert benchmark_sentence(short_season()) == (
        "BTC Buy & Hold (+0.0 %): 1 of 3 did better."
    )
    prices = snapshots([100.0, 110.0], [0.0, 1.0])
    report = report_of(history("a", equity=[1.2e4]), btc_prices=prices)
    assert benchmark_sentence(report) == "BTC price (+10.0 %): 1 of 1 did better."


# --- one model in full ------------------------------------------------------------


@pytest.mark.parametrize("account_id", ["alpha", "beta", "gamma", "buynhold_btc"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_section_fits_the_width(account_id: str, width: int) -> None:
    text = text_of(account_id, width)

    assert max(map(cell_len, text.splitlines())) <= width
    assert "…" not in text


def test_the_headline_says_rank_equity_source_and_time() -> None:
    headline = text_of("alpha").splitlines()[0]

    assert "Alpha 1  Maker · rank 1 · $14,000.00 at 2025-10-28 07:57 UTC" in headline
    assert "account_totals" in headline


def test_trades_are_told_in_all_by_group_and_by_symbol() -> None:
    text = text_of("alpha", sections={Section.TRADES})

    assert "10 legs of 10 entries, 5 won, 4 lost, 1 even" in text
    assert re.search(r"Profit factor +5\.43", text)
    assert re.search(r"^Winners +5 +\+228\.00", text, re.MULTILINE)
    assert re.search(r"^BTC +10 +50\.0 % +\+930\.00", text, re.MULTILINE)


def test_partial_trades_stand_beside_what_nof1_reports() -> None:
    text = text_of("beta", sections={Section.TRADES})

    assert "Trades*" in text
    assert "reported by nof1, of 28" in text
    assert re.search(r"Net \$ +-140\.00\* +-123\.40", text)
    assert re.search(r"Longs +12 .*\n +by nof1 +18 ", text)


def test_whole_trades_are_not_held_against_nof1() -> None:
    report = report_of(
        history("a", nets=[1, -2], reported=reported("a", 2, win_rate=50))
    )

    text = plain(model_text(report.models[0], report, 100, {Section.TRADES}))

    assert "nof1" not in text


def test_the_drawdown_has_its_dates_and_gaps_are_counted() -> None:
    told = words(text_of("alpha"))
    for figure in (
        "Drawdown -2.6 %",
        "Peak 2025-10-20 04:00",
        "Trough 2025-10-20 05:00",
        "Regained 2025-10-20 06:00",
        "Time from peak 2.0 h",
    ):
        assert figure in told
    assert (
        "Equity was not observed once, for 20.0 h in total: 19 of its hours have no"
        " return of their own, and the change across a gap counts as one."
    ) in words(text_of("beta"))


def test_calibration_has_a_bar_of_what_was_won_and_a_mark_of_what_was_stated() -> None:
    text = text_of("alpha", sections={Section.MIND})

    (line,) = re.findall(r"^60 to 70 %.*$", text, re.MULTILINE)
    assert re.search(r"4 +3 +62\.5 % +75\.0 % +━{12}┃━{2}─{5}", line)


def test_missed_cycles_and_partial_trades_are_told_under_the_mind() -> None:
    text = words(text_of("beta", sections={Section.MIND}))

    assert "2 of 12 cycles are not stored, at most 2 in a row" in text
    assert "Figures that rest on trades cover 12 of 28 trades (43 %)" in text


def test_an_interval_that_holds_0_is_said_to() -> None:
    text = text_of("beta", sections={Section.UNCERTAINTY})

    assert re.search(
        r"Mean net \$\* +-11\.67 .* may be 0 +12 independent trades\*", text
    )
    assert re.search(r"Sharpe +– +– +– +0 returns", text)  # noqa: RUF001


def test_a_withheld_ratio_says_why() -> None:
    why = "Sharpe, Sortino, volatility and their intervals are withheld:"

    found = words(text_of("beta", sections={Section.EQUITY}))
    assert f"{why} of the 100 returns that they need, 81 are known." in found
    assert f"{why} the returns hardly deviate." in words(text_of("gamma"))
    assert why not in words(text_of("alpha"))


def test_over_a_gap_the_drawdown_is_at_least_what_was_seen() -> None:
    assert "At least -15.0 %: it may be deeper in the gaps" in words(text_of("beta"))
    assert "At least" not in words(text_of("alpha"))


def test_a_headline_that_rests_on_a_part_says_so_in_its_sentence() -> None:
    sentence = verdict_sentence(short_season())

    assert sentence is not None
    assert "(stored trades: 12 of 28 of Beta 2 Pro)" in sentence


def test_few_trades_and_a_lucky_one_are_named() -> None:
    report = report_of(
        history("a", equity=[1e4], nets=[3, -1]),
        history("b", equity=[1e4], nets=[-1, 1] * 10 + [400]),
    )
    few, lucky = (
        words(plain(model_text(each, report, 100, {Section.UNCERTAINTY}), 100))
        for each in report.models
    )

    assert "fewer than 10 independent trades are stored" in few.lower()
    assert "make most of the variance" in lucky


def test_pairs_stand_beside_those_that_chance_would_make() -> None:
    assert "pairs of models" not in words(season_text(100))
    report = report_of(
        history("a", equity=[1.2e4], nets=[100, 120, 90, 110, 130] * 2),
        history("b", equity=[1.1e4], nets=[-100, -120, -90, -110] * 3),
        history("c", equity=[1e4], nets=[-101, -119, -90, -110] * 3),
    )

    assert (
        "2 of 3 pairs of models look different; among equals chance alone would make"
        " about 0.3 look so. Tested together (Holm), 2 stand."
    ) in words(season_text(100, report))


def test_nothing_known_is_said_in_words_and_dashes() -> None:
    report = report_of(history("a", name="Able"))

    text = plain(report_text(report, 100))

    assert "no equity is stored" in text
    assert "No completed trades are stored." in text
    assert "No conversations are stored." in text
    assert "There is nothing to compare it with." in text
    assert "nan" not in text
    assert "None" not in text


# --- what is held -----------------------------------------------------------------


def test_what_is_held_of_a_model_stands_in_one_line_below_its_name() -> None:
    report = with_held(short_season())
    text = plain(report_text(report, 120, {Section.TRADES}), 120)
    line = (
        "Held  407 hours, 28 conversations (5,116+ missing), 100 trades (there may be"
        " more)"
    )
    assert text.count(line) == 1
    assert "Held" not in plain(report_text(short_season(), 120), 120)


def test_what_is_held_stands_beside_each_account_of_a_summary() -> None:
    season = report_of(*(history(key, equity=[1e4, 1.1e4]) for key in "ab"))
    lines = plain(report_text(with_held(season), 100)).splitlines()
    (shown,) = (each for each in lines if "28 of 5,144+" in each)
    assert shown.split()[1:] == ["407", "28", "of", "5,144+", "100+"]
    assert ["Held", "Hours", "Conversations", "Trades"] in map(str.split, lines)
