"""What conversations decided in words, the same in every format for people."""

from collections.abc import Iterable, Sequence

from nof1_tracker.records.asking.listed_rows import ListedDecision
from nof1_tracker.records.enums import ChatDecision
from nof1_tracker.records.sanitize import clean
from nof1_tracker.records.stored import StoredChat
from nof1_tracker.rendering.text import UNKNOWN, price, quantity, span, usd

_VERBS = {
    ChatDecision.BUY: "goes long",
    ChatDecision.SELL: "goes short",
    ChatDecision.CLOSE: "closes",
}


def has_acted(chat: StoredChat) -> bool:
    """Whether it opened, added or closed; else it held, or decided nothing."""
    return chat.decision in _VERBS


def decided_words(chat: StoredChat) -> str:
    """What was decided, and how sure the model was."""
    if chat.decision not in _VERBS:
        return "holds" if chat.decision is ChatDecision.HOLD else "decides nothing"
    sure = "" if chat.confidence is None else f", confidence {chat.confidence:.0f} %"
    return f"{_VERBS[chat.decision]} {clean(chat.symbol or '')}{sure}"


def folded_holds(chats: Iterable[StoredChat]) -> Sequence[Sequence[StoredChat]]:
    """Each that acted by itself, and those of an account in a row that did not together.

    Args:
        chats: Newest first; so are the conversations of each fold.
    """
    runs: list[list[StoredChat]] = []
    holding: dict[str, list[StoredChat]] = {}
    for chat in chats:
        if has_acted(chat):
            holding.pop(chat.account_id, None)
            runs.append([chat])
        elif chat.account_id in holding:
            holding[chat.account_id].append(chat)
        else:
            holding[chat.account_id] = [chat]
            runs.append(holding[chat.account_id])
    return runs


def held_words(run: Sequence[StoredChat]) -> str:
    """A fold in words: how often nothing was done, and for how long."""
    if len(run) == 1:
        return decided_words(run[0])
    length = span(run[0].observed_at - run[-1].observed_at)
    return f"held {len(run):,} times, {length}"


def decision_terms(decision: ListedDecision) -> str:
    """Its figures, those that the model stated."""
    terms = {
        "quantity": quantity(decision.quantity),
        "leverage": _with(quantity(decision.leverage), "x"),
        "confidence": _with(quantity(decision.confidence), " %"),
        "stop": price(decision.stop_loss),
        "target": price(decision.profit_target),
        "risk $": usd(decision.risk_usd),
    }
    stated = [f"{name} {text}" for name, text in terms.items() if text != UNKNOWN]
    return " · ".join(stated)


def _with(figure: str, unit: str) -> str:
    return figure if figure == UNKNOWN else f"{figure}{unit}"
