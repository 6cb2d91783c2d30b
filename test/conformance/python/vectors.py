"""Runs the vectors of messages and of values (PROTOCOL.md section 10): `python3 vectors.py <the directory of vectors>`.

One line of JSON for each list: how many cases it has, how many were run, and the titles of those that failed.
"""
from __future__ import annotations

import json
import math
import pathlib
import sys
from typing import Any

import values
from leaves import NOTHING, Instant, Map, Misfit, Nothing, Set, Whole
from messages import encode, parse
from shapes import Violation
from texts import dumps

DEFAULTS = {"messageBytes": 1_048_576, "jsonDepth": 64, "batchFrames": 1_024}


def data_of(case: dict[str, Any]) -> str | bytes:
    return case["text"] if "text" in case else bytes.fromhex(case["binary"])


def read(data: str | bytes, limits: dict[str, int]) -> Any:
    try:
        return hexed(parse(data, limits))
    except Violation as violation:
        return {"close": violation.close}


def hexed(value: Any) -> Any:
    """Blobs as the vectors write them."""
    if isinstance(value, dict):
        return {name: hexed(member) for name, member in value.items()}
    if isinstance(value, list):
        return [hexed(element) for element in value]
    return value.hex() if isinstance(value, bytes) else value


def with_bytes(message: dict[str, Any]) -> dict[str, Any]:
    frames = [{**frame, "blob": bytes.fromhex(frame.get("blob", ""))} for frame in message.get("frames", [])]
    return {**message, **({"frames": frames} if frames else {})}


def sorted_json(value: Any) -> str:
    """Equal for equal JSON: 1, 1.0 and true are three things to Python's ==, or one."""
    if isinstance(value, dict):
        return dumps({name: sorted_json(value[name]) for name in sorted(value)})
    return dumps([sorted_json(element) for element in value]) if isinstance(value, list) else dumps(value)


def parsed(case: dict[str, Any]) -> bool:
    expected = case.get("message", {"close": case.get("close")})
    return sorted_json(read(data_of(case), case["limits"])) == sorted_json(expected)


def encoded(case: dict[str, Any]) -> bool:
    """What is written reads as the message does, and so does what the case has."""
    wrote, said = encode(with_bytes(case["message"])), data_of(case)
    texts = {sorted_json(read(data, DEFAULTS)) for data in (wrote, said)}
    return type(wrote) is type(said) and texts == {sorted_json(case["message"])}


def valued(case: dict[str, Any]) -> bool:
    blob = bytes.fromhex(case.get("blob", ""))
    if "path" not in case:
        there = values.encode(case["declared"], from_plain(case["value"]))
        back = to_plain(values.decode(case["declared"], case["json"], blob))
        return there == (case["json"], blob) and back == case["value"]
    try:
        values.decode(case["declared"], case["json"], blob)
    except Misfit as misfit:
        return misfit.path == case["path"]
    return False


def from_plain(plain: Any) -> Any:
    """A value as the vectors write it, with objects of one member for what JSON has no word for."""
    if isinstance(plain, list):
        return [from_plain(one) for one in plain]
    if not isinstance(plain, dict):
        return plain
    name, held = next(iter(plain.items()), ("", None))
    if name not in WRITTEN:
        return {name: from_plain(one) for name, one in plain.items()}
    return WRITTEN[name](from_plain(held))


def to_plain(value: Any) -> Any:
    if type(value) in (list, tuple):
        return [to_plain(one) for one in value]
    if type(value) is dict:
        return {name: to_plain(one) for name, one in value.items()}
    if type(value) is float and not math.isfinite(value):
        return {"$number": values.encode("nonfinite", value)[0]}
    held = {Map: lambda: ("$map", to_plain(list(value))), Set: lambda: ("$set", to_plain(list(value))),
            Instant: lambda: ("$date", str(value)), Whole: lambda: ("$bigint", str(int(value))),
            bytes: lambda: ("$bytes", value.hex()), Nothing: lambda: ("$nothing", True)}  # fmt: skip
    return dict([held[type(value)]()]) if type(value) in held else value


WRITTEN = {
    "$date": Instant, "$bigint": lambda digits: Whole(int(digits)), "$bytes": bytes.fromhex,
    "$map": Map, "$set": Set, "$number": float, "$nothing": lambda _: NOTHING,
}  # fmt: skip


def main(directory: str) -> int:
    failed = 0
    for name, run in (("messages", parsed), ("encoding", encoded), ("values", valued)):
        cases = json.loads(pathlib.Path(directory, f"{name}.json").read_text("utf-8"))
        failures = [case["title"] for case in cases if not run(case)]
        failed += len(failures)
        print(json.dumps({"vectors": name, "cases": len(cases), "failures": failures}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
