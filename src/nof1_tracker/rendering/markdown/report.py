"""A season's report in Markdown, for pasting into an issue."""

from collections.abc import Collection, Sequence

from nof1_tracker.analyzer.report.season_report import ModelReport, SeasonReport
from nof1_tracker.analyzer.report.sections import EVERY_SECTION, Section
from nof1_tracker.rendering.figures import (
    count,
    fraction,
    interval_text,
    money,
    ratio,
    signed_fraction,
    signed_money,
)
from nof1_tracker.rendering.markdown.report_model import NOTE, model_markdown, sentences
from nof1_tracker.rendering.markdown.tables import escaped, markdown_table
from nof1_tracker.rendering.sentences import (
    GAP_MARK,
    benchmark_sentence,
    gaps_sentence,
    lacks_equity,
    partial_sentence,
    power_sentence,
    probability_asked,
    rules_sentence,
    verdict_sentence,
)
from nof1_tracker.rendering.terminal.report.report import nothing_sentence
from nof1_tracker.rendering.terminal.report.summary import season_title
from nof1_tracker.rendering.text import UNKNOWN


def report_markdown(
    report: SeasonReport, sections: Collection[Section] | None = None
) -> str:
    """One model in full, several in a summary; with sections: those of each too."""
    if not report.models:
        return f"{nothing_sentence(report)}\n"
    shown = report.competitors or report.models
    is_alone = len(shown) == 1
    wanted = sections or (EVERY_SECTION if is_alone else ())
    models = shown if is_alone else report.models if wanted else ()
    parts = [f"## {escaped(season_title(report))}", _summary(report)]
    parts += [model_markdown(each, report, wanted) for each in models]
    parts += [f"<sub>{escaped(rules_sentence(report.rules))}</sub>"]
    return "\n\n".join(part for part in parts if part) + "\n"


def footnote(models: Sequence[ModelReport]) -> str:
    """What the mark stands for; empty where nothing has it."""
    sentence = partial_sentence(models)
    if sentence is None:
        return ""
    return f"{NOTE} {escaped(sentence[:1].upper() + sentence[1:])}"


def gap_note(models: Sequence[ModelReport]) -> str:
    """What the mark of gaps stands for; empty where nothing has it."""
    sentence = gaps_sentence(models)
    return f"{GAP_MARK} {escaped(sentence)}" if sentence else ""


def _summary(report: SeasonReport) -> str:
    columns = (
        ("#", "right"),
        ("Model", "left"),
        ("Equity (USD)", "right"),
        ("Return", "right"),
        ("Net (USD)", "right"),
        ("Trades", "right"),
        ("Wins", "right"),
        ("Drawdown", "right"),
        ("Sharpe", "right"),
        (probability_asked(report.rules.level), "left"),
    )
    table = markdown_table(columns, [_line(each) for each in report.models])
    said = sentences(
        verdict_sentence(report),
        power_sentence(report),
        benchmark_sentence(report),
    )
    parts = (table, said, footnote(report.models), gap_note(report.models))
    return "\n\n".join(part for part in parts if part)


def _line(model: ModelReport) -> list[str]:
    standing, equity, trades = model.standing, model.equity, model.trades
    mark = NOTE if model.coverage.is_partial else ""
    gap = GAP_MARK if lacks_equity(model) else ""
    returns = model.uncertainty.returns
    sharpe = returns.sharpe_ratio if returns else None
    depth = equity.drawdown.max_drawdown if equity and equity.drawdown else None
    net = trades.net_pnl if trades.total_trades else None
    rank = standing.rank if standing else None
    return [
        UNKNOWN if rank is None else str(rank),
        escaped(model.account.name),
        money(float(standing.equity) if standing else None),
        signed_fraction(equity.total_return if equity else None),
        f"{signed_money(net)}{mark}",
        f"{count(trades.total_trades)}{mark}",
        f"{fraction(trades.win_rate)}{mark}",
        f"{fraction(depth)}{gap}",
        f"{ratio(equity.sharpe_ratio if equity else None)}{gap}",
        interval_text(sharpe, ratio),
    ]
