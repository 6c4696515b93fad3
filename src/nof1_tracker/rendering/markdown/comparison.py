"""A comparison of two accounts in Markdown."""

from nof1_tracker.analyzer.report.comparison import Comparison
from nof1_tracker.rendering.figures import interval_text
from nof1_tracker.rendering.markdown.report import footnote, gap_note
from nof1_tracker.rendering.markdown.report_model import NOTE, sentences
from nof1_tracker.rendering.markdown.tables import escaped, markdown_table
from nof1_tracker.rendering.sentences import MARK, probability_asked, rules_sentence
from nof1_tracker.rendering.terminal.comparison import (
    DIFFERENCES,
    ahead_text,
    basis_sentence,
    chance_text,
    is_marked,
    sides,
    told_apart_sentence,
)
from nof1_tracker.rendering.terminal.report.summary import season_title


def comparison_markdown(comparison: Comparison) -> str:
    """The differences with their uncertainty, the other figures, and what they tell."""
    both = (comparison.first, comparison.second)
    names = [escaped(each.account.name) for each in both]
    report = comparison.report
    parts = [
        f"## {names[0]} against {names[1]}",
        escaped(season_title(report)),
        _differences(comparison, names),
        _sides(comparison, names),
        sentences(
            f"Told apart {told_apart_sentence(comparison)}",
            basis_sentence(comparison),
        ),
        footnote(both),
        gap_note(both),
        f"<sub>{escaped(rules_sentence(report.rules))}</sub>",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _differences(comparison: Comparison, names: list[str]) -> str:
    level = probability_asked(comparison.report.rules.level)
    rows = []
    for each in comparison.differences:
        label, form, signed = DIFFERENCES[each.name]
        mark = NOTE if is_marked(comparison, each) else ""
        rows.append(
            [
                f"{label.replace(' $', ' (USD)')}{mark}",
                form(each.first),
                form(each.second),
                signed(each.difference),
                interval_text(each.interval, signed),
                chance_text(each),
                escaped(ahead_text(comparison, each)),
            ]
        )
    columns = (
        ("", "left"),
        *((name, "right") for name in names),
        ("Difference", "right"),
        (f"{level} interval", "left"),
        ("First ahead", "right"),
        ("Ahead", "left"),
    )
    return markdown_table(columns, rows)


def _sides(comparison: Comparison, names: list[str]) -> str:
    columns = (("", "left"), *((name, "right") for name in names))
    rows = [
        [text.replace(" $", " (USD)").replace(MARK, NOTE) for text in side]
        for side in sides(comparison)
    ]
    return markdown_table(columns, rows)
