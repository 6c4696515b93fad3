"""A season's report in Markdown, for pasting into an issue."""

from collections.abc import Collection

from nof1_tracker.analyzer.report.season_report import SeasonReport
from nof1_tracker.analyzer.report.sections import EVERY_SECTION, Section
from nof1_tracker.rendering.markdown.environment import template
from nof1_tracker.rendering.terminal.report.report import nothing_sentence


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
    return template("report.md").render(report=report, models=models, sections=wanted)
