"""A comparison of two accounts in Markdown."""

from nof1_tracker.analyzer.report.comparison import Comparison
from nof1_tracker.rendering.markdown.environment import template


def comparison_markdown(comparison: Comparison) -> str:
    """The differences with their uncertainty, the other figures, and what they tell."""
    return template("comparison.md").render(comparison=comparison)
