"""The interface of a notification channel."""

from typing import Protocol

from nof1_tracker.notify.messages import Message


class Channel(Protocol):
    """A destination of messages."""

    @property
    def name(self) -> str:
        """Name that identifies the channel; contains no secret."""
        ...

    @property
    def is_for_people(self) -> bool:
        """True if quiet hours apply and many events become a digest."""
        ...

    @property
    def batch(self) -> int:
        """Most events to take at a time."""
        ...

    def send(self, message: Message) -> None:
        """Delivers the message; may take up to `deadline.DEADLINE` seconds.

        Raises:
            DeliveryError: It was not accepted; says why, without a secret.
        """
        ...
