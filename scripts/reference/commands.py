"""Generates the page of the command line from the declared commands and options."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from inspect import Parameter, cleandoc, signature
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints

from scripts.reference.docstrings import module, said
from scripts.reference.markdown import (
    block,
    code,
    codes,
    paragraphs,
    prose,
    table,
)
from scripts.reference.markdown import (
    page as whole_page,
)
from typer import Typer
from typer.models import ArgumentInfo, OptionInfo, ParameterInfo

from nof1_tracker.cli.reading.list_by_default import LIST, ListsByDefault
from nof1_tracker.cli.shell import INTERRUPTED
from nof1_tracker.main import EXIT_CODE_HELP, EXIT_CODES, app

PROGRAM: Final = "nof1-tracker"
_KINDS: Final = {int: "integer", float: "number", Path: "path", str: "text"}


def page() -> str:
    """The page: all commands, then the exit codes."""
    return whole_page(
        "Command line",
        prose("Each command prints the same with --help.").replace(
            "--help", code("--help")
        ),
        _listed("option", _options_of_all()),
        *(_command(words, each) for words, each in commands(app)),
        "## Exit codes",
        table(["code", "meaning"], exit_codes()),
    )


def commands(
    group: Typer, words: Sequence[str] = ()
) -> Iterator[tuple[Sequence[str], Any]]:
    """Every command that does something, with the words that invoke it."""
    for each in group.registered_commands:
        if each.callback is not None and not each.hidden:
            name = each.name or each.callback.__name__.replace("_", "-")
            is_default = group.info.cls is ListsByDefault and name == LIST
            yield (words if is_default else (*words, name)), each
    for below in group.registered_groups:
        if below.typer_instance is not None:
            group_name = below.name or below.typer_instance.info.name
            yield from commands(below.typer_instance, (*words, str(group_name)))


def exit_codes() -> list[tuple[str, str]]:
    """The exit codes listed in --help, and those with a meaning in shells."""
    told = EXIT_CODE_HELP.partition(": ")[2].rstrip(".").split(" ; ")
    pairs = [(each.strip().split(" ", 1)) for each in told]
    stated = {int(number): meaning for number, meaning in pairs}
    for kind, number in EXIT_CODES.items():
        meaning = said(module("errors").classes[kind.__name__]).rstrip(".")
        stated.setdefault(number, meaning)
    stated[INTERRUPTED] = "ended by Ctrl-C; all stored rows are kept"
    return [(code(each), prose(stated[each])) for each in sorted(stated)]


@dataclass(frozen=True, slots=True)
class Given:
    """An argument or an option of a command.

    Attributes:
        kind: The type of its values, without optional types and lists.
        told: Its declaration for Typer.
    """

    parameter: Parameter
    kind: Any
    is_many: bool
    told: ParameterInfo

    @property
    def is_needed(self) -> bool:
        default = self.parameter.default
        return default is Parameter.empty or default is ...

    @property
    def names(self) -> list[str]:
        """The names as typed, the longest first."""
        name = self.parameter.name
        if isinstance(self.told, ArgumentInfo):
            return [(self.told.metavar or name.upper()).removesuffix("...")]
        # Within Annotated, Typer takes the first declaration as the default.
        declared = [self.told.default, *(getattr(self.told, "param_decls", None) or ())]
        dashed = [str(each) for each in declared if str(each).startswith("-")]
        if dashed:
            return sorted(
                (part for each in dashed for part in each.split("/")),
                key=len,
                reverse=True,
            )
        named = f"--{name.replace('_', '-')}"
        return (
            [named, named.replace("--", "--no-", 1)] if self.kind is bool else [named]
        )

    @property
    def values(self) -> str:
        """The values that may follow it; empty for a flag."""
        kind, told = self.kind, self.told
        if kind is bool or getattr(told, "count", False):
            return ""
        if isinstance(kind, type) and issubclass(kind, Enum):
            return codes(member.value for member in kind)
        if isinstance(told, OptionInfo) and told.metavar:
            return code(told.metavar)
        bounds = [
            f"{word} {bound}"
            for word, bound in (("from", told.min), ("to", told.max))
            if bound is not None
        ]
        return " ".join([_KINDS.get(kind, kind.__name__), *bounds])

    @property
    def default(self) -> str:
        default = self.parameter.default
        if self.is_needed:
            return "required"
        if default is None or default == "" or not self.values:
            return ""
        return code(default.value if isinstance(default, Enum) else default)

    @property
    def usage(self) -> str:
        name = self.names[0] + ("..." if self.is_many else "")
        return name if self.is_needed else f"[{name}]"


def _given(function: Any) -> Iterator[Given]:
    hints = get_type_hints(function, include_extras=True)
    for parameter in signature(function).parameters.values():
        hint = hints[parameter.name]
        if get_origin(hint) is not Annotated:
            continue
        kind, *remarks = get_args(hint)
        for told in remarks:
            if isinstance(told, ParameterInfo) and not told.hidden:
                inner, is_many = _inner(kind)
                yield Given(parameter, inner, is_many, told)


def _inner(kind: Any) -> tuple[Any, bool]:
    """The type of a value, and whether there may be several."""
    if get_origin(kind) is list:
        return get_args(kind)[0], True
    known = [part for part in get_args(kind) if part is not NoneType]
    return _inner(known[0]) if known else (kind, False)


def _options_of_all() -> list[Given]:
    root = app.registered_callback
    return list(_given(root.callback)) if root else []


def _command(words: Sequence[str], command: Any) -> str:
    called = " ".join((PROGRAM, *words))
    given = list(_given(command.callback))
    arguments = [each for each in given if isinstance(each.told, ArgumentInfo)]
    options = [each for each in given if isinstance(each.told, OptionInfo)]
    usage = [called, *(["[OPTIONS]"] if options else [])]
    usage += [each.usage for each in arguments]
    parts = [
        f"## {called}",
        paragraphs(command.help or cleandoc(command.callback.__doc__ or "")),
        block(" ".join(usage), "text"),
        _listed("argument", arguments),
        _listed("option", options),
        block("\n".join(_examples(command.epilog or "")), "sh"),
    ]
    return "\n\n".join(each for each in parts if each)


def _examples(epilog: str) -> list[str]:
    told = epilog.removeprefix("Examples:").split("Example:")
    lines = [line.strip() for each in told for line in each.split(" ; ")]
    return [each for each in lines if each]


def _listed(title: str, given: Sequence[Given]) -> str:
    if not given:
        return ""
    return table(
        [title, "takes", "default", "meaning"],
        [
            (codes(each.names), each.values, each.default, prose(each.told.help or ""))
            for each in given
        ],
    )
