"""The values that JSON has no word for, and how single ones are read (PROTOCOL.md section 4.1)."""
from __future__ import annotations

import calendar
import math
import re
from typing import Any, Callable


class Misfit(Exception):
    """What arrived is not what was declared; `path` leads there."""

    def __init__(self, path: list):
        super().__init__(f"at {path}")
        self.path = path


class Instant(str):
    """A point in time, as its text: Python's own ends with the year 9999."""


class Whole(int):
    """A whole number that travels as a string, whatever its size."""


class Map(list):
    """A list of pairs."""


class Set(list):
    """A list whose order means nothing."""


class Nothing:
    """A value that is absent where a place must hold something."""


NOTHING = Nothing()
NONFINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def instant(json: Any, path: list) -> Instant:
    date, time = r"(\d{4}|[+-]\d{6})-(\d\d)-(\d\d)", r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}"
    found = re.fullmatch(f"{date}T{time}Z", str(json), re.ASCII)
    fits(type(json) is str and found is not None and 1 <= int(found[2]) <= 12, path)
    year = 2000 + int(found[1]) % 400  # the calendar repeats itself
    fits(1 <= int(found[3]) <= calendar.monthrange(year, int(found[2]))[1], path)
    return Instant(json)


def whole(json: Any, path: list) -> Whole:
    fits(type(json) is str and len(json) <= 10_001 and re.fullmatch(r"0|-?[1-9][0-9]{0,9999}", json) is not None, path)
    number = 0
    for at in range(json[0] == "-", len(json), 4000):  # Python reads no more than 4,300 digits at once
        piece = json[at : at + 4000]
        number = number * 10 ** len(piece) + int(piece)
    return Whole(-number if json[0] == "-" else number)


def nonfinite(json: Any, path: list) -> float:
    fits(type(json) is str and json in NONFINITE, path)
    return NONFINITE[json]


def nothing(json: Any, path: list) -> Nothing:
    fits(json is None, path)
    return NOTHING


def listed(value: Any, path: list) -> list:
    fits(isinstance(value, list), path)
    return value


def fits_each(values: list, holds: Callable[[Any], bool], path: list) -> None:
    for at, value in enumerate(values):
        fits(holds(value), [*path, at])


def fits(holds: bool, path: list) -> None:
    if not holds:
        raise Misfit(path)
