"""Parses Python literals in text by their syntax tree, without evaluating them.

Floats become Decimal with every digit of their text. A literal that differs from JSON
only in its quotes and names, as nearly all do, is read as JSON: six times faster.
"""

import ast
import json
import re
import warnings
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from nof1_tracker.scraper.wire.json_text import storable_text

_MAX_LITERAL: Final = 20_000
_MAX_NESTING: Final = 20

_NAMES: Final[Mapping[str, Any]] = {
    "true": True,
    "false": False,
    "null": None,
    # numpy's undefined numbers: not served, so not observed
    "nan": None,
    "inf": None,
}


def parse_literal(line: str) -> list[dict[str, Any]] | None:
    """The dict, or the dicts of a list, written as a Python literal.

    None if the text is not such a literal, is too long, or is nested too deeply.
    """
    if len(line) > _MAX_LITERAL:
        return None
    text = line.rstrip(", ")
    try:
        value = _as_json(text)
    except (ValueError, ArithmeticError, RecursionError):
        value = _as_python(text)
    values = value if isinstance(value, list) else [value]
    return values if all(isinstance(item, dict) for item in values) else None


_QUOTED = re.compile("""('[^']*'|"[^"]*")""")


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not a Python name")


_JSON = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse)


def _as_json(text: str) -> Any:
    """The value of a literal that differs from JSON only in quotes and names.

    Raises:
        ValueError, ArithmeticError, RecursionError: It differs more, or might.
    """
    is_deep = text.count("{") + text.count("[") > _MAX_NESTING
    if is_deep or "\\" in text or not text.isprintable():
        raise ValueError("only the syntax tree can tell")
    parts = _QUOTED.split(text)
    parts[1::2] = [_in_double_quotes(part[1:-1]) for part in parts[1::2]]
    # If either kind of quote is left outside strings, this is not JSON.
    outside = "'".join(parts[::2]).replace("None", "null")
    outside = outside.replace("True", "true").replace("False", "false")
    parts[::2] = outside.split("'")
    return _JSON.decode("".join(parts))


def _in_double_quotes(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


def _as_python(text: str) -> Any:
    """The value of any literal; None if the text is not a literal."""
    try:
        with warnings.catch_warnings():  # about odd escapes, which are the site's
            warnings.simplefilter("ignore")
            tree = ast.parse(text, mode="eval")
        return _value(tree.body, text.encode(), 0)
    except (
        SyntaxError,
        ValueError,
        ArithmeticError,
        TypeError,
        MemoryError,
        RecursionError,
    ):
        return None


def _value(node: ast.expr, source: bytes, depth: int) -> Any:
    if depth > _MAX_NESTING:
        raise ValueError("nested too deeply")
    if isinstance(node, ast.Constant):
        return _constant(node, source)
    match node:
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [_value(item, source, depth + 1) for item in items]
        case ast.Dict(keys=keys, values=values):
            return {
                _key(key): _value(value, source, depth + 1)
                for key, value in zip(keys, values, strict=True)
            }
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="np")), args=[number], keywords=[]
        ):
            return _value(number, source, depth + 1)  # np.float64(1.5)
    return _scalar(node, source)


def _scalar(node: ast.expr, source: bytes) -> Any:
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant() as number):
            return _negative(_constant(number, source))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Name(id="inf")):
            return None
        case ast.Name(id=name) if name in _NAMES:
            return _NAMES[name]
    raise ValueError("not a literal")


def _negative(number: Any) -> Any:
    """The negated number, exactly: the unary minus of a Decimal would round it."""
    return number.copy_negate() if isinstance(number, Decimal) else -number


def _key(node: ast.expr | None) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return storable_text(node.value)
    raise ValueError("a key is not text")


def _constant(node: ast.Constant, source: bytes) -> Any:
    value = node.value
    if isinstance(value, float):
        digits = source[node.col_offset : node.end_col_offset]
        return Decimal(digits.decode().replace("_", ""))
    if isinstance(value, str):
        return storable_text(value)
    if value is None or isinstance(value, (bool, int)):
        return value
    raise ValueError("not a literal of JSON")
