"""What a channel is."""

from typing import Protocol

from nof1_tracker.notify.messages import Message


class Channel(Protocol):
    """Somewhere that messages go to."""

    @property
    def name(self) -> str:
        """Tells it apart from the others; holds no secret."""
        ...

    @property
    def is_for_people(self) -> bool:
        """True where nights are kept quiet and floods become digests."""
        ...

    @property
    def batch(self) -> int:
        """Events to take at a time, at most."""
        ...

    def send(self, message: Message) -> None:
        """Delivers it; may take as long as `DEADLINE` in `deadline`.

        Raises:
            DeliveryError: It was not taken; tells why, without a secret.
        """
        ...
