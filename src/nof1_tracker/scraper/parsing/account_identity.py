"""Finds the Account of a row, whichever ids and spellings the site uses."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from nof1_tracker.records.parsed import COMPETITIONS, Account

_MAX_ID: Final = 200
_MAX_VARIANT: Final = 100
_BENCHMARK = "buynhold"


@dataclass(frozen=True, slots=True)
class _Entry:
    model_id: str
    name: str
    provider: str


_CATALOGUE: Final = (
    _Entry("gpt-5", "GPT-5", "OpenAI"),
    _Entry("gpt-5.1", "GPT-5.1", "OpenAI"),
    _Entry("claude-sonnet-4-5", "Claude Sonnet 4.5", "Anthropic"),
    _Entry("gemini-2.5-pro", "Gemini 2.5 Pro", "Google"),
    _Entry("gemini-3-pro", "Gemini 3 Pro", "Google"),
    _Entry("grok-4", "Grok 4", "xAI"),
    _Entry("grok-4.20", "Grok 4.20", "xAI"),
    _Entry("deepseek-chat-v3.1", "DeepSeek V3.1", "DeepSeek"),
    _Entry("qwen3-max", "Qwen3 Max", "Alibaba"),
    _Entry("kimi-k2-thinking", "Kimi K2 Thinking", "Moonshot AI"),
    _Entry("buynhold_btc", "Buy & Hold BTC", "Benchmark"),
)

_ACRONYMS: Final = frozenset({"ai", "btc", "eth", "gpt", "llm", "sol"})

# Matches GROK-4.20 - 3: SITUATIONAL AWARENESS, or Grok 4 - Monk Mode.
_WITH_VARIANT = re.compile(
    r"(?P<model>.+?)\s+-\s+(?:(?P<number>\d+)\s*:\s*)?(?P<rest>.+)"
)
# Matches grok-4.20 followed by its former name: (prev. mystery-model).
_RENAMED = re.compile(
    r"(?P<now>.+?)\s*\(prev\.?\s+(?P<before>[^)]+)\)(?P<rest>.*)", re.IGNORECASE
)
# What the site appends to an account's id to name one of its rows.
_ROW_SUFFIX = re.compile(
    r"_(?:\d+(?:\.\d+)?|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$"
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _squeezed(name: str) -> str:
    """Only the letters and digits, so that all spellings of a name are equal."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


_BY_SPELLING: Final[Mapping[str, _Entry]] = {
    _squeezed(spelling): entry
    for entry in _CATALOGUE
    for spelling in (entry.model_id, entry.name)
}


@dataclass(frozen=True, slots=True)
class _Name:
    """The parts of a served name.

    Attributes:
        model: The model's present name.
        before: The model's former name; the same as `model` unless renamed.
        competition: Number of the competition in the name; None if there is none.
        variant: The competition's name; None if there is none.
    """

    model: str
    before: str
    competition: int | None = None
    variant: str | None = None

    @property
    def is_new(self) -> bool:
        """True if the name includes a former one."""
        return self.before != self.model


@dataclass(frozen=True, slots=True)
class _Ids:
    """The ids of an account apart from its run.

    Attributes:
        own: The id by which the row names it; None if there is none.
        now: Its present id.
        former: Its id before it was renamed; None unless the row states one.
    """

    own: str | None
    now: str | None = None
    former: str | None = None

    def in_competition(self, competition: int | None, variant: str | None) -> "_Ids":
        """Ids that distinguish one model's accounts in several competitions."""
        if competition is None and variant is None:
            return self
        suffix = f"@{competition or _squeezed(variant or '')}"
        return _Ids(
            *(each and each + suffix for each in (self.own, self.now, self.former))
        )


@lru_cache(maxsize=256)
def identify(
    *,
    run_id: str | None = None,
    run_name: str | None = None,
    model_id: str | None = None,
    model_name: str | None = None,
    row_id: str | None = None,
    competition_id: int | None = None,
) -> Account:
    """The account that these fields of a row identify.

    Args:
        row_id: The row's own `id`, which in some payloads is the only field.
        competition_id: A model has one account in each competition.

    Raises:
        ValueError: They identify no account.
    """
    name = _take_apart(run_name or model_name)
    competition = (
        name.competition if name and competition_id is None else competition_id
    )
    variant = _variant(competition, name)
    plain = _ids(model_id, model_name, run_name, row_id)
    ids = plain.in_competition(competition, variant)
    # In season 1 a run_id identifies one start of a model's program, not its account.
    is_of_run = competition_id is not None or run_name or plain.own is None
    run = run_id if is_of_run else None
    account_id = _checked(run or ids.own, variant)
    base = _base(model_id, model_name, run_name) or _canonical(plain.own or account_id)
    account = _account(account_id, base, variant, run_name or model_name)
    # Outside competitions a model's id may be that of an account of another season.
    others = ids if variant or not run else _Ids(None)
    return replace(
        account,
        aliases=_others(account_id, others.own, others.now),
        former=_others(None, others.former),
        run_id=None if run else run_id or None,
    )


def _checked(account_id: str | None, variant: str | None) -> str:
    """The id, if the columns can hold it.

    Raises:
        ValueError: There is none, or it or the variant is too long.
    """
    if account_id is None:
        raise ValueError("names no account")
    if len(account_id) > _MAX_ID:
        raise ValueError(f"account id is longer than {_MAX_ID} characters")
    if variant is not None and len(variant) > _MAX_VARIANT:
        raise ValueError(f"variant is longer than {_MAX_VARIANT} characters")
    return account_id


def _others(account_id: str | None, *ids: str | None) -> tuple[str, ...]:
    """The distinct ids that are not the account's, if the column can hold them."""
    known = dict.fromkeys(each for each in ids if each and each != account_id)
    return tuple(each for each in known if len(each) <= _MAX_ID)


def _account(
    account_id: str, base: str, variant: str | None, served_name: str | None
) -> Account:
    entry = _BY_SPELLING.get(_squeezed(base))
    is_benchmark = base.lower().startswith(_BENCHMARK)
    unknown = "Benchmark" if is_benchmark else "Unknown"
    name = entry.name if entry else _readable(base)
    return Account(
        account_id=account_id,
        name=f"{name} - {variant}" if variant else name,
        provider=entry.provider if entry else unknown,
        base_model=base,
        variant=variant,
        served_name=served_name,
        is_benchmark=is_benchmark,
    )


def _ids(
    model_id: str | None,
    model_name: str | None,
    run_name: str | None,
    row_id: str | None,
) -> _Ids:
    """The account's ids without `run_id`.

    Where only a name says that the model was renamed, the account goes by its former
    id, as before the rename.
    """
    names = [_take_apart(each) for each in (model_name, run_name) if each]
    before = next(
        (_canonical(each.before) for each in names if each and each.is_new), None
    )
    if model_id:
        renamed = _RENAMED.fullmatch(model_id)
        own = _canonical(renamed["now"] if renamed else model_id)
        before = _canonical(renamed["before"]) if renamed else before
        return _Ids(own, own, None if before == own else before)
    if names and names[0]:
        now = _canonical(names[0].model)
        return _Ids(before or now, now, None if before == now else before)
    if row_id and not _UUID.fullmatch(row_id):  # a bare UUID identifies only the row
        own = _canonical(_ROW_SUFFIX.sub("", row_id) or row_id)
        return _Ids(own, own)
    return _Ids(None)


def _base(
    model_id: str | None, model_name: str | None, run_name: str | None
) -> str | None:
    """The account's model: the first spelling in the catalogue, else the first."""
    names = [_take_apart(model_name), _take_apart(run_name), _take_apart(model_id)]
    spelled = [_canonical(name.model) for name in names if name]
    known = (name for name in spelled if _squeezed(name) in _BY_SPELLING)
    return next(known, next(iter(reversed(spelled)), None))


def _canonical(model: str) -> str:
    """The catalogue's id of a model in any spelling; a slug for an unknown model."""
    entry = _BY_SPELLING.get(_squeezed(model))
    return entry.model_id if entry else re.sub(r"\s+", "-", model.strip().lower())


def _take_apart(served: str | None) -> _Name | None:
    if not served:
        return None
    competition, variant = None, None
    renamed = _RENAMED.fullmatch(served)
    plain = renamed["now"] + renamed["rest"] if renamed else served
    model = plain
    if match := _WITH_VARIANT.fullmatch(plain):
        model, number, rest = match["model"], match["number"], match["rest"]
        competition = int(number) if number else _competition(rest)
        variant = rest.strip().title()
    return _Name(model, renamed["before"] if renamed else model, competition, variant)


def _competition(variant: str) -> int | None:
    wanted = _squeezed(variant)
    return next(
        (key for key, name in COMPETITIONS.items() if _squeezed(name) == wanted), None
    )


def _variant(competition: int | None, name: _Name | None) -> str | None:
    if competition is None:
        return name.variant if name else None
    spelled = name.variant if name else None
    return COMPETITIONS.get(competition) or spelled or f"Competition {competition}"


def _readable(model_id: str) -> str:
    """A display name made from an id: mystery-model becomes Mystery Model."""
    words = [word for word in re.split(r"[-_\s]+", model_id) if word]
    return " ".join(map(_capitalised, words)) or model_id


def _capitalised(word: str) -> str:
    return word.upper() if word.lower() in _ACRONYMS else word[:1].upper() + word[1:]
