"""A session (PROTOCOL.md sections 5.1 and 4.2): frames with numbers, kept until they are acknowledged, and the parts of
large ones. It knows no socket: `attach` says that there is a new one, `take` gives what is to be written there, and
`accept` the frames that arrived.
"""
from __future__ import annotations

from collections import deque
from typing import Any, Callable, Iterator, NamedTuple

import messages
from messages import CALL, CANCEL, ERROR, IN_PARTS, PART, SUBSCRIBE
from shapes import Violation, check
from texts import read_json, utf8

DEFAULTS = {
    "messageBytes": 1_048_576, "valueBytes": 67_108_864, "batchFrames": 1_024, "calls": 256, "subscriptions": 256,
    "creditMaxEvents": 1_024, "upstreamBytes": 262_144, "upstreams": 64,
}  # fmt: skip
JSON_DEPTH = 64
REPLAY_BYTES = 1_048_576
PART_BYTES = 32_768
PARTS_UNDER_WAY = 8


class Encoded(NamedTuple):
    text: str
    blob: bytes
    part: bool = False

    @property
    def size(self) -> int:
        return len(self.text) + len(self.blob)


class TooLarge(Exception):
    """What the other end would not take, so it is not sent."""


class Session:
    def __init__(self, limits: dict[str, int]):
        self.limits, self.peer = limits, DEFAULTS
        self.token: str | None = None
        self.received = 0
        self.numbered = 0  # frames that have a number
        self.acked = 0  # of them, those the other end has for certain
        self.written = 0  # of them, those it has or that were written on this transport
        self.kept: deque[Encoded] = deque()
        self.small: deque[Encoded] = deque()
        self.lanes: dict[int, deque[Encoded]] = {}  # by id: a large frame, and what must not overtake it
        self.cuts: dict[int, tuple[bytes, int]] = {}  # by id: the bytes of a frame of which the first part has gone
        self.joining: dict[int, tuple[int, bytearray]] = {}  # by id: the total, and what has arrived

    def attach(self, peer: dict[str, int], received: int) -> None:
        self.peer = peer
        check(self.acked <= received <= self.numbered, f"received {received} is not ours")
        self._forget(received)
        self.written = received

    # What is sent

    @property
    def has_room(self) -> bool:
        """Whether what is sent now is written now, where there is a transport."""
        return sum(one.size for one in (*self.kept, *self.small)) < REPLAY_BYTES

    @property
    def has_said_all(self) -> bool:
        return not self.small and not self.lanes and self.written == self.numbered

    def measure(self, frame: dict[str, Any]) -> Encoded:
        """The frame as it will be written; raises TooLarge for what no part would make fit."""
        one = Encoded(messages.frame_text(frame), frame.get("blob", b""))
        text = len(one.text.encode())
        if text > self.peer["messageBytes"] - 64 or 4 + text + len(one.blob) > self.peer["valueBytes"]:
            raise TooLarge()
        return one

    def is_under_way(self, id: int) -> bool:
        """Whether the first frame of this id has gone in part only."""
        return id in self.cuts

    def fits(self, one: Encoded) -> bool:
        """Whether all large frames of which parts have gone, and this one, are within the other end's valueBytes."""
        under_way = sum(len(whole) for whole, _ in self.cuts.values())
        return under_way + 4 + len(one.text.encode()) + len(one.blob) <= self.peer["valueBytes"]

    def send(self, frame: dict[str, Any]) -> None:
        one, id, op = self.measure(frame), frame["id"], frame["op"]
        if op == CANCEL or op == ERROR and id % 2 == 1:  # we give up our call
            self.drop(id)
        if id in self.lanes:
            self.lanes[id].append(one)
        elif one.size > self.part_bytes:
            self.lanes[id] = deque([one])
            if op in (CALL, SUBSCRIBE):  # its first part opens the id, and ids grow in the order they are opened
                self.small.append(self._part(id))
        else:
            self.small.append(one)

    def drop(self, id: int) -> None:
        """A cancel ends the parts of its id: those that have not gone, and those that have arrived."""
        for held in (self.lanes, self.cuts, self.joining):
            held.pop(id, None)

    @property
    def part_bytes(self) -> int:
        return min(PART_BYTES, self.peer["messageBytes"] // 2)

    def take(self) -> str | bytes | None:
        """The next batch for this transport, replay first; None when there is nothing to say, or no room for it."""
        frames, size = [], 0
        seq = self.written + 1
        while len(frames) < self.peer["batchFrames"] and size < self.peer["messageBytes"] // 2:
            frame = self._next()
            if frame is None:
                break
            frames.append(frame)
            size += frame.size + 16
        return messages.batch(seq, self.received, [one[:2] for one in frames]) if frames else None

    def acknowledgement(self) -> str | bytes:
        return messages.batch(self.written + 1, self.received, [])

    def _next(self) -> Encoded | None:
        if self.written == self.numbered:
            fresh = self._fresh() if sum(one.size for one in self.kept) < REPLAY_BYTES else None
            if fresh is None:
                return None
            self.kept.append(fresh)
            self.numbered += 1
        self.written += 1
        return self.kept[self.written - self.acked - 1]

    def _fresh(self) -> Encoded | None:
        if self.small:
            return self.small.popleft()
        if sum(one.part for one in self.kept) >= PARTS_UNDER_WAY:
            return None
        for id, lane in self.lanes.items():
            if id in self.cuts or self.fits(lane[0]):
                self.lanes[id] = self.lanes.pop(id)  # the others have their turn before it has another
                return self._part(id)
        return None

    def _part(self, id: int) -> Encoded:
        lane = self.lanes[id]
        whole, at = self.cuts.get(id) or (messages.framed(lane[0].text, lane[0].blob), 0)
        end = at + self.part_bytes
        self.cuts[id] = (whole, end)
        if end >= len(whole):
            del self.cuts[id]
            lane.popleft()
            while lane and lane[0].size <= self.part_bytes:
                self.small.append(lane.popleft())
            if not lane:
                del self.lanes[id]
        return Encoded(f"[{PART},{id},{len(whole) - at}]", whole[at:end], part=True)

    def _forget(self, ack: int) -> None:
        for _ in range(ack - self.acked):
            self.kept.popleft()
        self.acked = max(self.acked, ack)

    # What arrives

    def accept(self, batch: dict[str, Any], opens: Callable[[int], bool]) -> Iterator[dict[str, Any]]:
        """The frames to act on, one by one: whether an id is open may change with each. Raises Violation."""
        check(batch["seq"] == self.received + 1, f"seq {batch['seq']} after {self.received} frames")
        check(batch["ack"] <= self.written, f"ack {batch['ack']} of {self.written} frames")
        self._forget(batch["ack"])
        for frame in batch["frames"]:
            self.received += 1
            whole = self._join(frame, opens) if frame["op"] == PART else frame
            if whole is not None:
                yield whole

    def _join(self, part: dict[str, Any], opens: Callable[[int], bool]) -> dict[str, Any] | None:
        id, blob = part["id"], part["blob"]
        if id not in self.joining:
            if not opens(id):
                return None
            if sum(total for total, _ in self.joining.values()) + part["left"] > self.limits["valueBytes"]:
                raise Violation(4413, "too much that has not arrived whole")
            self.joining[id] = (part["left"], bytearray())
        total, data = self.joining[id]
        check(part["left"] == total - len(data), "a part does not continue the one before")
        data += blob
        if len(data) < total:
            return None
        del self.joining[id]
        return self._whole(id, bytes(data))

    def _whole(self, id: int, data: bytes) -> dict[str, Any]:
        end = 4 + int.from_bytes(data[:4], "big")
        check(4 < end <= len(data), "the length of the JSON is not within the frame")
        if end - 4 > self.limits["messageBytes"]:
            raise Violation(4413, "a frame's JSON is too large")
        value = read_json(utf8(data[4:end]), JSON_DEPTH - 1)  # a batch would stand around it
        frame = messages.read_frame(value, data[end:])
        check(frame["op"] in IN_PARTS and frame["id"] == id, "not a frame that comes in parts")
        return frame
