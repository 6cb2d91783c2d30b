"""JSON as it is read from a stranger, and as RFC 8785 writes it; lengths as JavaScript counts them."""
from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from typing import Any

from shapes import Violation, check


def read_json(text: str, depth: int) -> Any:
    """JSON, held to its depth before it is read."""
    open_now = 0
    for token in re.finditer(r'"[^"\\]*(?:\\.[^"\\]*)*"|[][{}]', text, re.DOTALL):
        open_now += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        check(open_now <= depth, "nested too deeply")
    try:
        return json.loads(text, parse_int=whole, parse_constant=refuse, object_pairs_hook=without_proto)
    except ValueError as error:
        raise Violation(4400, f"not JSON: {error}") from None


def dumps(value: Any) -> str:
    """JSON as RFC 8785 writes it, only that members keep their order."""
    if type(value) is dict:
        return "{" + ",".join(f"{dumps(name)}:{dumps(member)}" for name, member in value.items()) + "}"
    if type(value) in (list, tuple):
        return "[" + ",".join(map(dumps, value)) + "]"
    if type(value) is str:  # half a surrogate pair has no UTF-8, only an escape
        return re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", json.dumps(value, ensure_ascii=False))
    if type(value) is float or type(value) is int and abs(value) > 2**53:
        return number_text(float(value))
    return json.dumps(value)


def number_text(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError(f"{value} has no JSON")
    if value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    if 1e-6 <= abs(value) < 1e21:
        return format(Decimal(repr(value)), "f")
    return re.sub(r"e([+-])0+", r"e\1", repr(value))


def utf8(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Violation(4400, "not UTF-8") from None


def whole(digits: str) -> int | float:
    return float(digits) if digits == "-0" or len(digits) > 16 else int(digits)


def refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def without_proto(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    check(all(name != "__proto__" for name, _ in pairs), "an object has the key __proto__")
    return dict(pairs)


