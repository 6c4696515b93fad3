"""Which versions of a row are one, and which stand."""

from datetime import UTC, datetime

from nof1_tracker.database.write.versions.version_order import (
    FIGURES_ONLY,
    Version,
    merged,
)

AT = datetime(2025, 10, 28, tzinfo=UTC)


def test_figures_alone_are_no_version_of_a_row_without_a_digest() -> None:
    older = Version({"a": 1}, 1, "", None, None)
    figures = Version({"a": 2}, 3, "", AT, AT, parser=FIGURES_ONLY)
    assert merged([older, figures]) == [figures, older]


def test_figures_alone_are_completed_by_the_row_that_was_served_so() -> None:
    whole = Version({"a": 1}, 1, "d", None, None, raw={"a": 1}, parser=1)
    figures = Version({"a": 1}, 1, "d", AT, AT, parser=FIGURES_ONLY)
    (version,) = merged([figures, whole])
    assert (version.raw, version.parser, version.last_at) == ({"a": 1}, 1, AT)
