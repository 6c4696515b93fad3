"""Puts the report of the real season 1 into the documentation, as the program writes it.

MkDocs runs it as a hook: the report of the sample that comes with the package becomes
sample-report.html, beside the pages.
"""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from nof1_tracker.clock import utc_now
from nof1_tracker.database.connection import create_db_engine
from nof1_tracker.rendering.html import render_html
from nof1_tracker.services.dataset.sample import fill_with_sample
from nof1_tracker.services.reading.season_stories import read_season_stories
from nof1_tracker.services.reading.season_words import read_season_words
from nof1_tracker.services.report import read_report

SEASON = Decimal(1)
AFTER = timedelta(days=30)
"""The report is of that long after the last observation: the same at every build."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the report to what is published."""
    name = "sample-report.html"
    files.append(File.generated(config, name, content=sample_report()))
    return files


def sample_report() -> str:
    """The report as a page."""
    with TemporaryDirectory() as scratch:
        engine = create_db_engine(f"sqlite:///{Path(scratch) / 'sample.db'}")
        fill_with_sample(engine)
        newest = read_report(engine, utc_now(), season=SEASON).end
        assert newest is not None
        report = read_report(engine, newest + AFTER, season=SEASON)
        stories = read_season_stories(engine, report)
        words = read_season_words(engine, report)
        engine.dispose()
    return render_html(report, stories, words, is_sample=True)
