"""What a process leaves out until it is used, so that it answers at once.

Typer reads the parameters of every command before it runs one of them, and what shows
its help loads all that Rich can draw.
"""

import os
import sys
from collections.abc import Sequence
from copy import copy
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


def built_for(program: typer.Typer, words: Sequence[str]) -> typer.Typer:
    """The program, where only the command that the words name has its parameters.

    All others keep their name and their help, which is what the program's own help and
    its advice about a misspelt word show.
    """
    if any(name.endswith("_COMPLETE") for name in os.environ):  # a shell asks for words
        return program
    named = next((each for each in words if not each.startswith("-")), "")
    built = copy(program)
    built.registered_commands = [
        each if _name_of(each) == named else _without_parameters(each)
        for each in program.registered_commands
    ]
    built.registered_groups = [
        each if each.name == named else _without_commands(each)
        for each in program.registered_groups
    ]
    return built


def _name_of(command: CommandInfo) -> str:
    return command.name or get_command_name(getattr(command.callback, "__name__", ""))


def _without_parameters(command: CommandInfo) -> CommandInfo:
    def never_called() -> None:
        raise AssertionError(_name_of(command))

    bare = copy(command)
    bare.name = _name_of(command)
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
