"""Slips of English that the texts of this project have had, and how to find them."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Slip:
    """Something that a native writer would put differently.

    Attributes:
        pattern: Regular expression that finds it within a sentence; case is ignored.
        instead: What to write.
        wrong, right: A text that has the slip, and a similar one that has not.
    """

    pattern: str
    instead: str
    wrong: str
    right: str


_COMPARED = "longer|more|less|fewer|better|worse|later|older|newer|larger|smaller"
SLIPS = (
    Slip(r"\banew\b", "again, or afresh", "It starts anew.", "It starts a new one."),
    Slip(
        rf"(?<!there )\b(?:is|are|was|were) no (?!(?:{_COMPARED})\b)\w+",
        "is not a ...",
        "'soon' is no time.",
        "There is no season 7, and it is no longer served.",
    ),
    Slip(
        r"\blikewise\b",
        "what is the same",
        "USD of net loss likewise.",
        "USD of net loss.",
    ),
    Slip(
        r"^Of (?:[^,.;:]|\.\d)+[.;:](?!\d)",
        "a subject",
        "Of PostgreSQL; a path is a folder.",
        "Of 1.9 s, the browser takes 0.7.",
    ),
    Slip(
        r"\b(?:tells?|told|telling) of\b",
        "reports, or shows",
        "It tells of a gap.",
        "It reports a gap.",
    ),
    Slip(
        r"\btells (?:how|that|what|which|where|when|whether|why|times?|its|their)\b",
        "says, shows or states",
        "A folder tells when it was made.",
        "It tells you when to start.",
    ),
    Slip(
        r"\b(?:is|are|was|were|be|been) told (?:once|of|at|as|with|when|afterwards)\b",
        "is reported",
        "Each event is told once.",
        "A model is told its equity.",
    ),
    Slip(
        r"\bif not told\b",
        "by default",
        "It is an hour if not told.",
        "It is an hour by default.",
    ),
    Slip(
        r"\bwhoever\b",
        "anyone who, or whatever it is",
        "Whoever has it can write.",
        "Anyone who has it can write.",
    ),
    Slip(
        r"\bin all(?=[,.;:)]|$)",
        "in total",
        "There are 100 in all.",
        "It is found in all conversations.",
    ),
    Slip(
        r"\b(?:come|comes|came) to be\b",
        "is made, or becomes",
        "How it came to be.",
        "How it was made.",
    ),
    Slip(
        r"\bof one's own\b",
        "your own, or separate",
        "A question of one's own.",
        "Your own question.",
    ),
    Slip(
        r"\bwhat\b[^.,;:]*\bwhat\b",
        "a noun for one of them",
        "It stores what passes of what was rejected.",
        "It stores rejected rows that pass.",
    ),
    Slip(
        r"\bas of (?:one|its|their|each)\b",
        "at",
        "All rows are as of one instant.",
        "The standings as of 2025-10-28.",
    ),
    Slip(
        r"\bin the midst of\b",
        "during, or in the middle of",
        "It ends in the midst of a COPY.",
        "It ends during a COPY.",
    ),
    Slip(
        r"\b(?:first|after|every|at most) so many\b",
        "this many",
        "It stops after so many cycles.",
        "There are so many that it takes long.",
    ),
    Slip(
        r"\bas (?:it|they) (?:came|comes?)\b",
        "as served, or unchanged",
        "Text is stored as it came.",
        "Text is stored as it was served.",
    ),
    Slip(
        r"\bfrom where on\b",
        "from which",
        "The limit from where on it is large.",
        "The limit from which it is large.",
    ),
    Slip(
        r"\bcase of letters\b",
        "case",
        "A name in any case of letters.",
        "A name, regardless of case.",
    ),
    Slip(
        r"\bstands (?:in|under|beside|there|above|below|behind|before|after)\b",
        "is",
        "The formula stands in the reference.",
        "Another monitor stands by.",
    ),
    Slip(
        r"\bas \S+ (?:has|have) (?:it|them)\b",
        "as in",
        "One value, as /healthz has it.",
        "One value, as in /healthz.",
    ),
    Slip(
        r"\b(?:cannot|to) be had\b",
        "is not available",
        "It cannot be had over HTTP.",
        "It is not available over HTTP.",
    ),
    Slip(
        r"\bby whatever (?:cause|reason)\b",
        "for whatever reason",
        "It ends, by whatever cause.",
        "It ends, for whatever reason.",
    ),
    Slip(
        r"\blets? (?:read|write)\b",
        "is read-only, or writable",
        "The database only lets read.",
        "The database lets you read.",
    ),
    Slip(
        r"\bnot met before\b",
        "new, or not seen before",
        "A shape not met before.",
        "A shape not seen before.",
    ),
    Slip(
        r"\bmend(?:s|ed|ing)?\b",
        "correct, or repair",
        "A better parser mends rows.",
        "A better parser amends rows.",
    ),
    Slip(
        r"\b(?:thereof|therein|herein|whereof|whence|lest)\b",
        "of it, in it, from where, so that not",
        "A file, or parts thereof.",
        "A file, or parts of it.",
    ),
    Slip(
        r"\bhalf characters\b",
        "surrogates",
        "They reach us as half characters.",
        "They are decoded as surrogates.",
    ),
)
_PATTERNS = [(slip, re.compile(slip.pattern, re.IGNORECASE)) for slip in SLIPS]


@dataclass(frozen=True)
class Text:
    """A passage of prose and where it is, as path and line."""

    place: str
    words: str


def slips_in(text: Text) -> list[str]:
    """A line for each slip, with what to write instead."""
    return [
        f"{text.place}: {found[0]!r}; write {slip.instead}"
        for sentence in _sentences(text.words)
        for slip, pattern in _PATTERNS
        if (found := pattern.search(sentence))
    ]


def _sentences(words: str) -> list[str]:
    """The sentences of prose; each paragraph, item and cell ends one."""
    without_code = re.sub(r"`[^`]*`", "CODE", words)
    parts = re.split(r"\n\s*\n|\n\s*[-*#|\d]+[.:]? |\s\|\s", without_code)
    return [
        sentence.strip()
        for part in parts
        for sentence in re.split(r"(?<=[.!?])\s+", " ".join(part.split()))
    ]
