"""What is said on a terminal where nothing was found."""

from nof1_tracker.records.reading.emptiness import Emptiness, StoredSpan
from nof1_tracker.rendering.text import moment, whole


def empty_answer(
    nouns: str, emptiness: Emptiness | None, *, scrape: str = "nof1-tracker scrape"
) -> str:
    """What is stored, and which option leaves none of it.

    Args:
        nouns: What was looked for, such as trades.
        scrape: The command that stores some where there are none.
    """
    if emptiness is None or not emptiness.stored.rows:
        return f"No {nouns} are stored yet. Run `{scrape}`."
    stored = emptiness.stored
    span = f"{moment(stored.first)} to {moment(stored.last)} UTC"
    steps = (f"{option} leaves {_count(left)}" for option, left in emptiness.left)
    return (
        f"No such {nouns}. Stored: {whole(stored.rows)}, {span}."
        f" Of these, {', '.join(steps)}."
    )


def stored_spans(spans: tuple[StoredSpan, ...]) -> str:
    """The seasons of which something is stored, and from when to when."""
    if not spans:
        return "Run `nof1-tracker scrape`."
    listed = (
        f"season {each.season.normalize():f} from {moment(each.first)} to"
        f" {moment(each.last)} UTC"
        for each in spans
    )
    return f"Stored: {'; '.join(listed)}."


def _count(rows: int) -> str:
    return whole(rows) if rows else "none"
