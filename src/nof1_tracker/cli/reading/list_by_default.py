"""A command that lists, unless the first word asks for something else.

`chat deepseek` is `chat list deepseek`, and `chat show ID` is itself.
"""

from typing import Any

from typer.core import TyperGroup

LIST = "list"
"""The command that a group runs where none of its commands is named."""


class ListsByDefault(TyperGroup):
    """A group whose command `list` need not be named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        # While a shell completes the first word, all commands are offered.
        is_completing = ctx.resilient_parsing and not args
        if not is_completing and (not args or args[0] not in self.commands):
            args = [LIST, *args]
        return super().parse_args(ctx, args)
