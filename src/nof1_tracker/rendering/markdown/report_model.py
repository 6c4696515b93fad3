"""One model of a report in Markdown."""

from collections.abc import Callable, Collection, Sequence

from nof1_tracker.analyzer.decisions.calibration import Calibration
from nof1_tracker.analyzer.decisions.decision_metrics import DecisionMix
from nof1_tracker.analyzer.report.season_report import ModelReport, SeasonReport
from nof1_tracker.analyzer.report.sections import Section
from nof1_tracker.rendering.figures import (
    count,
    fraction,
    interval_text,
    length,
    money,
    per_day,
    signed_money,
)
from nof1_tracker.rendering.markdown.tables import escaped, markdown_table
from nof1_tracker.rendering.sentences import (
    MARK,
    mind_rules_sentence,
    probability_asked,
)
from nof1_tracker.rendering.terminal.report.decisions import (
    discipline_counts,
    mind_figures,
    missed_sentence,
)
from nof1_tracker.rendering.terminal.report.equity import (
    benchmark_figures,
    drawdown_sentence,
    equity_figures,
    gap_sentence,
)
from nof1_tracker.rendering.terminal.report.report import standing_text
from nof1_tracker.rendering.terminal.report.trades import GROUPS, MEASURES
from nof1_tracker.rendering.terminal.report.uncertainty import (
    beats_sentence,
    estimates,
    sharpe_sentence,
)

NOTE = f"\\{MARK}"
"""The mark of the footnote, as Markdown shows it."""


def sentences(*texts: str | None) -> str:
    """A list of the sentences that there are; empty without any."""
    known = [escaped(each[:1].upper() + each[1:]) for each in texts if each]
    return "\n".join(f"- {each}" for each in known)


def model_markdown(
    model: ModelReport, report: SeasonReport, sections: Collection[Section]
) -> str:
    """One account: where it stands, and those sections."""
    account = model.account
    parts = [
        f"### {escaped(account.name)}",
        f"{escaped(account.provider)} · {escaped(standing_text(model))}",
    ]
    sides: tuple[tuple[Section, Callable[[ModelReport, SeasonReport], str]], ...] = (
        (Section.TRADES, _trades),
        (Section.EQUITY, _equity),
        (Section.MIND, _mind),
        (Section.UNCERTAINTY, _uncertainty),
    )
    parts += [text(model, report) for section, text in sides if section in sections]
    return "\n\n".join(parts)


def _trades(model: ModelReport, _report: SeasonReport) -> str:
    """Every figure, with nof1's own beside it where our history is partial."""
    if not model.trades.total_trades:
        return "#### Trades\n\nNo completed trades are stored."
    is_partial = model.coverage.is_partial
    reported = model.reported.figures if model.reported and is_partial else {}
    mark = NOTE if is_partial else ""
    columns = [("", "left"), (f"{count(model.coverage.stored)} stored{mark}", "right")]
    if reported:
        columns.append((f"reported by nof1, {count(model.coverage.reported)}", "right"))
    rows = []
    for each in MEASURES:
        row = [_label(each.label), each.form(getattr(model.trades, each.name))]
        theirs = each.form(reported.get(each.name)) if reported else ""
        rows.append([*row, theirs] if reported else row)
    parts = [markdown_table(columns, rows), _groups(model), _by_symbol(model)]
    return "\n\n".join((f"#### Trades{mark}", *parts))


def _label(label: str) -> str:
    """A dollar sign begins a formula on GitHub."""
    return label.replace(" $", " (USD)")


def _groups(model: ModelReport) -> str:
    columns = (
        ("", "left"),
        ("Trades", "right"),
        ("Mean net (USD)", "right"),
        ("Notional (USD)", "right"),
        ("Held", "right"),
    )
    groups = [(name.capitalize(), getattr(model.trades, name)) for name in GROUPS]
    rows = [
        (
            name,
            count(group.count),
            signed_money(group.avg_net_pnl),
            money(group.avg_notional),
            length(group.avg_holding_seconds),
        )
        for name, group in groups
    ]
    return markdown_table(columns, rows)


def _by_symbol(model: ModelReport) -> str:
    columns = (
        ("Symbol", "left"),
        ("Trades", "right"),
        ("Wins", "right"),
        ("Net (USD)", "right"),
        ("Held", "right"),
    )
    rows = [
        (
            escaped(each.name),
            count(each.total_trades),
            fraction(each.win_rate),
            signed_money(each.net_pnl),
            length(each.avg_holding_seconds),
        )
        for each in model.trades.by_symbol
    ]
    return markdown_table(columns, rows)


def _pairs(pairs: Sequence[tuple[str, str]]) -> str:
    """Labels and figures, two pairs on a line."""
    half = (len(pairs) + 1) // 2
    right = [*pairs[half:], ("", "")][:half]
    return markdown_table(
        (("", "left"), ("", "right"), ("", "left"), ("", "right")),
        [
            (_label(one[0]), one[1], _label(two[0]), two[1])
            for one, two in zip(pairs[:half], right, strict=True)
        ],
    )


def _equity(model: ModelReport, report: SeasonReport) -> str:
    if model.equity is None or not model.equity.observations:
        return "#### Equity\n\nNo curve is known."
    parts = [
        "#### Equity",
        _pairs(equity_figures(model.equity)),
        sentences(drawdown_sentence(model.equity.drawdown), gap_sentence(model.equity)),
    ]
    if beside := benchmark_figures(model):
        parts += [
            f"#### Against the benchmark ({escaped(report.benchmark)})",
            _pairs(beside),
        ]
    return "\n\n".join(part for part in parts if part)


def _mind(model: ModelReport, report: SeasonReport) -> str:
    mind = model.mind
    if not mind.answers.conversations and not mind.time_to_fill.entries:
        return "#### Mind\n\nNo conversations are stored."
    exits = ", ".join(
        f"{count(entries)} {name}"
        for name, entries in discipline_counts(mind.discipline)
    )
    parts = [
        f"#### Mind ({count(mind.answers.conversations)} conversations)",
        _pairs(mind_figures(mind)),
        _decisions(mind.decisions) if mind.decisions.counts else "",
        _reliability(mind.calibration) if mind.calibration.bets else "",
        sentences(
            f"Exits: {exits}.",
            missed_sentence(mind),
            mind_rules_sentence(report.rules),
        ),
    ]
    return "\n\n".join(part for part in parts if part)


def _decisions(decisions: DecisionMix) -> str:
    rates = dict(decisions.per_day or ())
    return markdown_table(
        (("Decision", "left"), ("Times", "right"), ("A day", "right")),
        [
            (escaped(word), count(times), per_day(rates.get(word)))
            for word, times in decisions.counts
        ],
    )


def _reliability(calibration: Calibration) -> str:
    columns = (
        ("Confidence", "left"),
        ("Entries", "right"),
        ("Stated", "right"),
        ("Won", "right"),
    )
    rows = [
        (
            f"{each.low * 100:.0f} to {each.high * 100:.0f} %",
            count(each.count),
            fraction(each.mean_confidence),
            fraction(each.win_rate),
        )
        for each in calibration.bins
        if each.count
    ]
    return markdown_table(columns, rows)


def _uncertainty(model: ModelReport, report: SeasonReport) -> str:
    level = probability_asked(report.rules.level)
    mark = NOTE if model.coverage.is_partial else ""
    table = markdown_table(
        (
            ("", "left"),
            ("Figure", "right"),
            (f"{level} interval", "left"),
            ("", "left"),
        ),
        [
            (
                f"{_label(each.label)}{mark if each.is_of_trades else ''}",
                each.form(each.value),
                interval_text(each.interval, each.form),
                each.tells,
            )
            for each in estimates(model)
        ],
    )
    beats = beats_sentence(model, report)
    said = sentences(sharpe_sentence(model), beats and f"Its mean trade: {beats}")
    parts = ("#### Uncertainty", table, said)
    return "\n\n".join(part for part in parts if part)
