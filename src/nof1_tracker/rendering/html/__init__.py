"""A season's report as one HTML file that needs no network."""

from nof1_tracker.rendering.html.page import render_html

__all__ = ["render_html"]
