"""What a process leaves out until it is used, so that it answers at once.

Typer reads the parameters of every command before it runs one of them, and what shows
its help loads all that Rich can draw.
"""

import os
import sys
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

import typer
from typer.main import get_command_name
from typer.models import CommandInfo, TyperInfo

_UNUSED = {
    "rich.markdown": "Markdown",
    "rich.traceback": "Traceback",
    "httpx._main": "main",
}
"""What Typer's help imports and ours shows nothing with, and the command line of HTTPX.
What they need in turn, parsers of Markdown and of source code, takes longer to load than
to show help, or than all else that HTTPX consists of."""


@dataclass(frozen=True)
class Part:
    """A module that adds commands to the program.

    Attributes:
        module: Its name within `nof1_tracker.cli`; it has a function `register`.
        words: The names of its commands and groups.
        given: What `register` gets besides the program.
    """

    module: str
    words: tuple[str, ...]
    given: tuple[Any, ...] = ()

    def register(self, program: typer.Typer) -> None:
        """Imports the module, and adds its commands."""
        commands = import_module(f"nof1_tracker.cli.{self.module}")
        commands.register(program, *self.given)


class PartedTyper(typer.Typer):
    """A program that imports its commands when somebody asks for them."""

    def __init__(self, parts: Sequence[Part], **settings: Any) -> None:
        self._missing: list[Part] = []
        super().__init__(**settings)
        self._missing = list(parts)

    @property
    def registered_commands(self) -> list[CommandInfo]:
        """All commands, as Typer reads and adds to them."""
        self._complete()
        return self._commands

    @registered_commands.setter
    def registered_commands(self, commands: list[CommandInfo]) -> None:
        self._commands = commands

    @property
    def registered_groups(self) -> list[TyperInfo]:
        """All groups of commands, as Typer reads and adds to them."""
        self._complete()
        return self._groups

    @registered_groups.setter
    def registered_groups(self, groups: list[TyperInfo]) -> None:
        self._groups = groups

    def only(self, word: str) -> "PartedTyper":
        """The program with the part that has this command; the whole one without such."""
        part = next((each for each in self._missing if word in each.words), None)
        return self if part is None else copy(self).begin_with(part)

    def begin_with(self, part: Part) -> "PartedTyper":
        """Forgets its commands, for those of the part."""
        self._missing, self._commands, self._groups = [part], [], []
        return self

    def _complete(self) -> None:
        missing, self._missing = self._missing, []
        for part in missing:
            part.register(self)


def built_for(program: PartedTyper, words: Sequence[str]) -> typer.Typer:
    """The program, where only the command that the words name has its parameters.

    Others in the same module keep their name and their help. So do all where the words
    name none, which is what the program's own help and its advice about a misspelt word
    show.
    """
    if any(name.endswith("_COMPLETE") for name in os.environ):  # a shell asks for words
        return program
    named = next((each for each in words if not each.startswith("-")), "")
    built = copy(program.only(named))
    built.registered_commands = [
        each if name_of(each) == named else _without_parameters(each)
        for each in built.registered_commands
    ]
    built.registered_groups = [
        each if each.name == named else _without_commands(each)
        for each in built.registered_groups
    ]
    return built


def name_of(command: CommandInfo) -> str:
    """The word that runs the command."""
    return command.name or get_command_name(getattr(command.callback, "__name__", ""))


def _without_parameters(command: CommandInfo) -> CommandInfo:
    def never_called() -> None:
        raise AssertionError(name_of(command))

    bare = copy(command)
    bare.name = name_of(command)
    bare.callback = never_called
    never_called.__doc__ = command.callback.__doc__
    return bare


def _without_commands(group: TyperInfo) -> TyperInfo:
    bare = copy(group)
    bare.typer_instance = copy(group.typer_instance)
    if bare.typer_instance is not None:
        bare.typer_instance.registered_commands = []
    return bare


def load_less() -> None:
    """Lets Typer's help and HTTPX load only what they use here."""
    for module, name in _UNUSED.items():
        if module not in sys.modules:
            sys.modules[module] = _StandIn(module, name)


class _StandIn(ModuleType):
    """Is there in place of a module until something of it is used."""

    def __init__(self, module: str, name: str) -> None:
        super().__init__(module)
        setattr(self, name, _LoadedWhenUsed(name, (), {"stands_in": self}))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.loaded(), name)

    def loaded(self) -> ModuleType:
        """The module itself, from now on for everybody."""
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return import_module(self.__name__)


class _LoadedWhenUsed(type):
    """A class that is found in its module when it is called or asked for something."""

    stands_in: _StandIn

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return cls._loaded()(*args, **kwargs)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(cls._loaded(), name)

    def _loaded(cls) -> Any:
        return getattr(cls.stands_in.loaded(), cls.__name__)
