"""Trading on paper in words."""

from nof1_tracker.records.play.replay_check import ReplayCheck
from nof1_tracker.rendering.text import percent, usd, whole

REPLAY_EXPLAINED = (
    "Agrees: to the cent. Fees: by rate and role at the stated prices. Net: at the prices"
    " that orders were filled at on average, which their fees tell; a leg states only its"
    " orders' last prices. Blended: an order that paid both rates."
)


def replay_sentence(check: ReplayCheck) -> str:
    """What the replay found over all accounts."""
    total = check.total
    legs = whole(total.legs)
    found = (
        f"Fees agree on {whole(total.fees_agree)} of {legs} legs,"
        f" {whole(total.blended)} blend two rates;"
        f" net PnL agrees on {whole(total.net_agrees)}"
        f" ({whole(total.net_agrees_as_stated)} at the stated prices alone), and is off"
        f" by {usd(total.largest_difference)} $ at most"
        f" ({percent(total.largest_fraction, digits=3)} of the notional) where no rates"
        " blend."
    )
    parts = [found]
    if total.liquidations:
        parts.append(
            f"{whole(total.liquidations_agree)} of {whole(total.liquidations)} stated"
            f" liquidation prices agree within {percent(check.tolerance, digits=2)} of"
            " the entry price."
        )
    if total.left_out:
        parts.append(
            f"{whole(total.left_out)} legs do not state what their orders paid."
        )
    return " ".join(parts)
