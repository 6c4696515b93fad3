"""Errors, grouped by the reaction that they call for, not by where they come from.

`main.EXIT_CODES` is the only map from an error to a process exit code.
"""


class TrackerError(Exception):
    """An expected failure, shown to the user in one line with its remedy.

    Attributes:
        message: What happened, and to what. Never contains a secret.
        remedy: What to do next; empty if there is nothing to do but wait.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class ConfigurationError(TrackerError):
    """A setting or an argument is wrong: stop before anything is touched."""


class MoveError(TrackerError):
    """A move is not possible in this game now: refuse it; the game stays as it is."""


class NoSuchGameError(MoveError):
    """There is no such game, or it is somebody else's: which of them is not told."""


class SignInError(TrackerError):
    """Who asks is not known, or may not do this: ask them to sign in."""


class ScopeError(SignInError):
    """Who asks is known, but their token is not for this."""


class TooManyAttemptsError(SignInError):
    """Too many attempts failed: refuse the next ones for a while, whatever they hold.

    Attributes:
        retry_after: Seconds to wait.
    """

    def __init__(self, message: str, remedy: str, *, retry_after: float) -> None:
        super().__init__(message, remedy)
        self.retry_after = retry_after


class SourceError(TrackerError):
    """The source answered, but with nothing that can be used."""


class PayloadError(SourceError):
    """One body is malformed: keep it as rejected and go on with the others."""


class SourceBusyError(SourceError):
    """The source is busy for now (429, 5xx, time-out): retry after a pause.

    Attributes:
        retry_after: Seconds that the source asked to wait; None if it did not say.
    """

    def __init__(
        self, message: str, remedy: str = "", *, retry_after: float | None = None
    ) -> None:
        super().__init__(message, remedy)
        self.retry_after = retry_after


class CheckpointError(SourceError):
    """A bot checkpoint refused us: stop asking, and say which other ways remain.

    Attributes:
        status: HTTP status of its page; 0 if there was none.
    """

    def __init__(self, message: str, remedy: str = "", *, status: int = 0) -> None:
        super().__init__(message, remedy)
        self.status = status


class SourceUnreachableError(SourceError):
    """No connection to the source: name, network or TLS failed."""


class BrowserUnavailableError(SourceError):
    """No browser is installed, or it does not start: try another transport."""


class DatabaseError(TrackerError):
    """The database cannot be used: server, credentials, disk or locks."""


class DatabaseAwayError(DatabaseError):
    """Connection, lock or disk failed, not what is stored: the same may pass later."""


class WaitingError(DatabaseAwayError):
    """What was fetched is recorded, and is stored once the database can be used."""


class SchemaError(DatabaseAwayError):
    """The database's schema is older or newer than this code."""


class ArchiveError(TrackerError):
    """The archive cannot be used: its folder, its identity, or a record that is damaged."""


class ArchiveFullError(ArchiveError):
    """The archive's disk is full or read-only: store without recording, and say so."""


class DeliveryError(TrackerError):
    """A channel did not accept a message: try again later; other channels go on."""


class OutputError(TrackerError):
    """The output cannot be written, for example because the disk is full."""


class OutputClosedError(OutputError):
    """The reader of the output is gone (`| head`): end silently."""
