"""What elements and members may be (PROTOCOL.md sections 3 and 6), and what becomes of a peer that sends others.

A shape is a text: `name:kind` for each place, in order; `?` may be absent, `~` may be null.
"""
from __future__ import annotations

import math
from typing import Any

LIMITS = "messageBytes valueBytes batchFrames calls subscriptions creditMaxEvents upstreamBytes upstreams".split()


class Violation(Exception):
    """The other end broke the protocol: the code to close with, and why."""

    def __init__(self, close: int, why: str):
        super().__init__(f"{close}: {why}")
        self.close = close


def check(holds: bool, why: str) -> None:
    if not holds:
        raise Violation(4400, why)


def elements(shape: str) -> list[tuple[str, str, bool, bool]]:
    """The words of a shape: name, kind, whether it may be null, whether it may be absent."""
    words = [word.partition(":") for word in shape.split()]
    return [(name.strip("~?"), kind, name[0] == "~", name[-1] == "?") for name, _, kind in words]


def fits(shape: str, length: int) -> bool:
    words = elements(shape)
    return len([word for word in words if not word[3]]) <= length <= len(words)


def members(value: dict[str, Any], shape: str) -> dict[str, Any]:
    known = {}
    for name, kind, _, optional in elements(shape):
        check(optional or name in value, f"{name} is missing")
        if name in value:
            known[name] = KINDS[kind](value[name])
    return known


def of_type(kind: type) -> Any:
    def read(value: Any) -> Any:
        check(type(value) is kind, f"expected {kind.__name__}, got {value!r:.40}")
        return value

    return read


array, string, boolean, mapping = of_type(list), of_type(str), of_type(bool), of_type(dict)


def count(value: Any) -> int:
    zero = type(value) is float and value == 0 and math.copysign(1, value) < 0
    check(type(value) in (int, float) and not zero and 0 <= value <= 2**53 - 1, f"expected a count, got {value!r:.40}")
    check(value == int(value), f"expected a whole number, got {value!r:.40}")
    return int(value)


def number(value: Any) -> int:
    check(count(value) > 0, "expected a number from 1")
    return int(value)


def utf16(text: str) -> int:
    """The length in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def event_id(value: Any) -> str:
    check(utf16(string(value)) <= 1024, "an event id has at most 1,024 code units")
    return value


def short(value: Any) -> str:
    check(utf16(string(value)) <= 128, "at most 128 code units")
    return value


def error(value: Any) -> dict[str, Any]:
    known = members(mapping(value), "code:string message:string data?:any errorId?:string refused?:boolean")
    check(known.get("refused", True), "refused is absent or true")
    return {**value, **known}


def limits_of(value: Any) -> dict[str, int]:
    known = {name: number(mapping(value).get(name)) for name in LIMITS}
    check(known["messageBytes"] >= 1024, "messageBytes is at least 1,024")
    return {**value, **known}


def tags(value: Any) -> list[str] | None:
    return None if value is None else [string(tag) for tag in array(value)]


KINDS = {
    "string": string, "count": count, "number": number, "any": lambda value: value, "object": mapping,
    "boolean": boolean, "event_id": event_id, "short": short, "error": error, "limits": limits_of, "tags": tags,
}  # fmt: skip
