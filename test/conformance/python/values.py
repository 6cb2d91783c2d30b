"""How values travel that JSON has no word for (PROTOCOL.md section 4.1), declared in the words of docs/values.md."""
from __future__ import annotations

import math
from typing import Any, Callable

from leaves import (NOTHING, Instant, Map, Nothing, Set, Whole, fits, fits_each, instant, listed, nonfinite,
                    nothing, whole)  # fmt: skip

#: In the order in which those that look alike are numbered, with what JSON shows of them.
LOOKS = {"undefined": "null", "nonfinite": "string", "bigint": "string", "date": "string", "bytes": "array",
         "map": "array", "set": "array", "list": "array", "object": "object"}  # fmt: skip
ORDER = [*LOOKS, "json"]
CLASSES = {Nothing: "undefined", Whole: "bigint", Instant: "date", bytes: "bytes", Map: "map", Set: "set",
           list: "list", dict: "object"}  # fmt: skip


def encode(declared: Any, value: Any) -> tuple[Any, bytes]:
    """What stands in JSON for a value, and its blob."""
    blob = bytearray()

    def bytes_of(value: bytes) -> list[int]:
        blob.extend(value)
        return [len(blob) - len(value), len(value)]

    leaves = {
        "date": lambda value, _: str(value), "bigint": lambda value, _: str(int(value)), "undefined": lambda *_: None,
        "nonfinite": lambda value, _: str(value).replace("inf", "Infinity").replace("nan", "NaN"),
        "bytes": lambda value, _: bytes_of(value),
    }  # fmt: skip
    return Walk(leaves, writes=True).at(declared, value, [], absent=True), bytes(blob)


def decode(declared: Any, json: Any, blob: bytes = b"") -> Any:
    """The value that JSON and its blob stand for; raises Misfit."""
    left = len(blob)

    def bytes_at(json: Any, path: list) -> bytes:
        nonlocal left
        fits(type(json) is list and len(json) == 2 and all(type(one) is int and one >= 0 for one in json), path)
        left -= json[1]
        fits(sum(json) <= len(blob) and left >= 0, path)
        return blob[json[0] : sum(json)]

    leaves = {"date": instant, "bigint": whole, "nonfinite": nonfinite, "undefined": nothing, "bytes": bytes_at}
    return Walk(leaves, writes=False).at(declared, json, [], absent=True)


class Walk:
    """One way through what is declared; only leaves and the numbers of a union depend on which."""

    def __init__(self, leaves: dict[str, Callable[[Any, list], Any]], writes: bool):
        self.leaves = leaves
        self.writes = writes

    def at(self, declared: Any, value: Any, path: list, absent: bool = False) -> Any:
        """`absent`: whether there may be no value at all here, so that nothing needs no word."""
        if isinstance(declared, str):
            return self.leaves[declared](value, path) if declared in self.leaves else value
        if "oneOf" in declared:
            return self.one_of(declared["oneOf"], value, path, absent)
        if "object" in declared:
            return self.members(declared, value, path)
        if "map" in declared:
            pairs = [{"tuple": declared["map"]}] * len(listed(value, path))
            fits_each(value, lambda pair: type(pair) in (list, tuple) and len(pair) == 2, path)
            return (list if self.writes else Map)(self.each(pairs, value, path))
        if "set" in declared or "list" in declared:
            plain = list if self.writes or "list" in declared else Set
            inner = declared["set"] if "set" in declared else declared["list"]
            return plain(self.each([inner] * len(listed(value, path)), value, path))
        if "tuple" in declared:
            rest = [declared.get("rest", "json")] * len(listed(value, path))
            return self.each([*declared["tuple"], *rest], value, path)
        return value  # a literal, or what else JSON carries as it is

    def each(self, declared: list, values: list, path: list) -> list:
        return [self.at(one, value, [*path, at]) for at, (one, value) in enumerate(zip(declared, values))]

    def members(self, declared: dict, value: Any, path: list) -> dict:
        fits(type(value) is dict, path)
        named, rest, required = declared["object"], declared.get("rest", "json"), declared.get("required", [])
        read = {}
        for name, member in value.items():
            absent = name in named and name not in required
            if not (absent and member is NOTHING):
                read[name] = self.at(named.get(name, rest), member, [*path, name], absent)
        return read

    def one_of(self, members: list, value: Any, path: list, absent: bool) -> Any:
        members = [member for member in members if not (absent and member == "undefined")]
        kinds = sorted({kind_of(member) for member in members}, key=ORDER.index)
        alike = any(a != b and looks(members, a) & looks(members, b) for a in kinds for b in kinds)
        if self.writes:
            kind = CLASSES.get(type(value), "nonfinite" if is_nonfinite(value) else "json")
            kind = kind if kind in kinds else "json"
            wrote = self.at(member_of(members, kind, value), value, path)
            return [kinds.index(kind), wrote] if alike else wrote
        if not alike:
            kind = next((kind for kind in kinds if look(value) in looks(members, kind)), None)
            fits(kind is not None, path)
            return self.at(member_of(members, kind, value), value, path)
        fits(type(value) is list and len(value) == 2 and value[0] in range(len(kinds)), path)
        kind = kinds[value[0]]
        fits(look(value[1]) in looks(members, kind), path)
        return self.at(member_of(members, kind, value[1]), value[1], path)


def kind_of(declared: Any) -> str:
    word = declared if isinstance(declared, str) else next(iter(declared))
    return {"tuple": "list"}.get(word, word if word in LOOKS else "json")


def member_of(members: list, kind: str, value: Any) -> Any:
    """The member of this kind; of several objects the one whose literals the value has."""
    of_kind = [member for member in members if kind_of(member) == kind]
    if kind != "object" or not isinstance(value, dict):
        return of_kind[0]

    def is_other(name: str, declared: Any) -> bool:
        return isinstance(declared, dict) and "literal" in declared and value.get(name) not in declared["literal"]

    named = [one for one in of_kind if not any(is_other(*member) for member in one["object"].items())]
    return named[0] if named else of_kind[0]


def looks(members: list, kind: str) -> set[str]:
    if kind in LOOKS:
        return {LOOKS[kind]}
    found: set[str] = set()
    for member in (member for member in members if kind_of(member) == kind):
        if member == "json":
            found |= {"null", "boolean", "number", "string", "array", "object"}
        else:
            found |= {member} if isinstance(member, str) else {look(value) for value in member["literal"]}
    return found


def look(json: Any) -> str:
    names = {type(None): "null", bool: "boolean", str: "string", list: "array", dict: "object"}
    return names.get(type(json), "number")


def is_nonfinite(value: Any) -> bool:
    return type(value) is float and not math.isfinite(value)
