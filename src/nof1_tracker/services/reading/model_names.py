"""Which accounts a person means by the name of a model."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from nof1_tracker.database.read.queries import QueryRepository
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.parsed import COMPETITIONS, Account
from nof1_tracker.records.sanitize import clean

_SUGGESTED = 3


def wanted_accounts(
    queries: QueryRepository,
    models: Sequence[str],
    season_id: int | None = None,
    *,
    competition: str | None = None,
) -> tuple[str, ...] | None:
    """Ids of the accounts that the names mean; None, for all, if no name is given.

    Args:
        season_id: A name means an account of this season if one has that name.
        competition: Leaves only accounts of this competition, see `of_competition`.

    Raises:
        ConfigurationError: A name means no model, or it may mean several; or the text
            means no competition.
    """
    if not models and competition is None:
        return None
    known = queries.accounts()
    of_season = () if season_id is None else queries.accounts(season_id)
    if competition is not None:
        known = of_competition(of_season or known, competition)
        of_season = ()
    if not models:
        return tuple(account.account_id for account in known)
    found = (_meant(known, of_season, model) for model in models)
    return tuple(dict.fromkeys(each for ids in found for each in ids))


def _meant(
    known: Sequence[Account], of_season: Sequence[Account], wanted: str
) -> tuple[str, ...]:
    """Accounts of the season if the name matches any of them, else of all seasons."""
    accounts = of_season if _matches(of_season, wanted) else known
    return match_accounts(accounts, wanted)


def of_competition(accounts: Sequence[Account], wanted: str) -> Sequence[Account]:
    """The accounts of the one competition that a text means, by number or by name.

    A part of the name is enough: 3 and `situational` mean Situational Awareness.

    Raises:
        ConfigurationError: It means no competition, or several.
    """
    numbers = {name: number for number, name in COMPETITIONS.items()}
    known = sorted(
        {account.variant for account in accounts if account.variant is not None},
        key=lambda name: (numbers.get(name, len(numbers) + 1), name),
    )
    if not accounts:
        return ()
    text = _letters(wanted)
    exact = [each for each in known if text in (str(numbers.get(each)), _letters(each))]
    meant = exact or [each for each in known if text and text in _letters(each)]
    if len(meant) != 1:
        several = "Several competitions match" if meant else "No competition matches"
        named = ", ".join(
            f"{numbers[each]} {each}" if each in numbers else each for each in known
        )
        raise ConfigurationError(
            f"{several} {wanted!r}.",
            clean(f"Choose one: {named}.") if named else "This season has none.",
        )
    return [account for account in accounts if account.variant == meant[0]]


def match_accounts(accounts: Sequence[Account], wanted: str) -> tuple[str, ...]:
    """Ids of the accounts of the one model that a text matches, regardless of case.

    The text is an account's id or name, else a base model's, else a part of them.
    `gpt5` finds gpt-5: signs count only where they distinguish models.

    Raises:
        ConfigurationError: It matches no model, or several; the remedy lists them.
    """
    found = _matches(accounts, wanted)
    if len({account.base_model for account in found}) > 1:
        raise ConfigurationError(
            f"Several models match {wanted!r}.", f"Choose one: {_listed(found)}."
        )
    if accounts and not found:
        raise ConfigurationError(
            f"No model matches {wanted!r}.", _suggestion(accounts, wanted)
        )
    return tuple(account.account_id for account in found)


def _matches(accounts: Sequence[Account], wanted: str) -> list[Account]:
    """The accounts that match it best; several if it is ambiguous."""
    text, letters = wanted.strip().casefold(), _letters(wanted)
    exact = [a for a in accounts if text in _names(a)]
    of_model = [a for a in accounts if text == a.base_model.casefold()]
    spelled = [a for a in accounts if letters and letters in _spellings(a)]
    holding = [a for a in accounts if any(text in name for name in _names(a))]
    alike = [
        a
        for a in accounts
        if letters and any(letters in spelling for spelling in _spellings(a))
    ]
    return exact or of_model or spelled or holding or alike


def _names(account: Account) -> tuple[str, str]:
    return account.account_id.casefold(), account.name.casefold()


def _spellings(account: Account) -> tuple[str, ...]:
    """Id, name and base model, letters and digits alone."""
    return tuple(map(_letters, (*_names(account), account.base_model)))


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _suggestion(accounts: Sequence[Account], wanted: str) -> str:
    """The models whose names or parts of names resemble the text, else all models."""
    models = {part: a.base_model for a in accounts for part in _parts(a)}
    similar = get_close_matches(_letters(wanted), models, n=_SUGGESTED)
    if not similar:
        return f"Known models: {_listed(accounts)}."
    names = dict.fromkeys(models[part] for part in similar)
    return clean(f"Did you mean {' or '.join(names)}?")


def _parts(account: Account) -> Iterator[str]:
    """Its spellings, and each word of its name and base model."""
    yield from _spellings(account)
    for name in (account.name, account.base_model):
        yield from map(_letters, name.replace("-", " ").split())


def _listed(accounts: Sequence[Account]) -> str:
    """The models of these accounts, each as it can be asked for."""
    models: dict[str, list[Account]] = {}
    for account in accounts:
        models.setdefault(account.base_model, []).append(account)
    return clean(", ".join(_named(model, own) for model, own in models.items()))


def _named(model: str, accounts: Sequence[Account]) -> str:
    """The account if it is the only one, else the model and how many it has."""
    if len(accounts) > 1:
        return f"{model} ({len(accounts)} accounts)"
    return f"{accounts[0].account_id} ({accounts[0].name})"
