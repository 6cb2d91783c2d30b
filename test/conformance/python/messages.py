"""Messages and frames (PROTOCOL.md sections 3, 4 and 6): what stands on the wire to dicts, and back.

A message is a dict in the form of the vectors (section 10), only that blobs are bytes. What is absent is not in the
dict, and neither is an element that is null where section 4 says so.
"""
from __future__ import annotations

from typing import Any

from shapes import KINDS, Violation, array, check, count, elements, event_id, fits, members, number
from texts import dumps, read_json, utf8

CALL, SUBSCRIBE, CANCEL, CREDIT, RESULT, ERROR, EVENT, END, GAP, PART, JOIN, POSITION, MARK = range(1, 14)
WITH_BLOB = {CALL, SUBSCRIBE, RESULT, ERROR, EVENT, PART}
IN_PARTS = {CALL, SUBSCRIBE, RESULT, ERROR, EVENT, GAP, MARK}

#: The elements after op and id.
FRAMES = {
    CALL: ["path:string timeoutMs:count ~meta:object input?:any"],
    SUBSCRIBE: ["path:string timeoutMs:count ~meta:object credit:count ~lastEventId:event_id input?:any"],
    CANCEL: [""],
    CREDIT: ["limit:number"],
    RESULT: ["value?:any"],
    ERROR: ["error:error"],
    EVENT: ["~eventId:event_id value?:any"],
    END: ["offset?:count"],
    GAP: ["reason:string"],
    PART: ["left:number"],
    JOIN: ["topic:number offset:count"],
    POSITION: ["", "offset:count count:count"],
    MARK: ["eventId:event_id"],
}
GREETINGS = {
    "hello": "contract:string serves?:short caches?:boolean auth?:any session?:string received:count limits:limits",
    "welcome": "session:string resumed:boolean received:count contract:string heartbeatMs:number spreadMs:count"
    " resumeMs:count limits:limits",
    "goodbye": "spreadMs:count",
    "renew": "auth?:any",
    "invalidate": "tags:tags",
}


def parse(data: str | bytes, limits: dict[str, int]) -> dict[str, Any]:
    """A text or a binary message as a dict; raises Violation."""
    if len(data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")) > limits["messageBytes"]:
        raise Violation(4413, "message too large")
    text, blobs = data, b""
    if isinstance(data, bytes):
        end = 4 + int.from_bytes(data[:4], "big")
        check(len(data) > end, "a binary message has its JSON and at least one byte more")
        text, blobs = utf8(data[4:end]), data[end:]
    value = read_json(text, limits["jsonDepth"])
    check(type(value) is list and len(value) > 0, "a message is an array that is not empty")
    if type(value[0]) is list:
        return read_batch(value, blobs, limits["batchFrames"])
    check(not blobs, "only a batch has bytes")
    if value[0] == "events":
        return read_events(value)
    check(type(value[0]) is str and value[0] in GREETINGS and len(value) == 2, "an unknown message")
    check(type(value[1]) is dict, f"{value[0]} holds an object")
    kept = value[1] if value[0] in ("hello", "welcome") else {}
    return {**kept, "type": value[0], **members(value[1], GREETINGS[value[0]])}


def read_batch(value: list, blobs: bytes, most: int) -> dict[str, Any]:
    head, frames = value[0], value[1:]
    check(len(head) == (3 if blobs else 2), "the head of a batch is [seq, ack], with lengths where there are bytes")
    check(len(frames) <= most, "too many frames")
    lengths = [count(length) for length in array(head[2])] if blobs else [0] * len(frames)
    check(len(lengths) == len(frames) and sum(lengths) == len(blobs), "the lengths do not make up the blobs")
    batch = {"type": "batch", "seq": number(head[0]), "ack": count(head[1]), "frames": []}
    at = 0
    for frame, length in zip(frames, lengths):
        batch["frames"].append(read_frame(frame, blobs[at : at + length]))
        at += length
    return batch


def read_frame(value: Any, blob: bytes = b"") -> dict[str, Any]:
    check(len(array(value)) >= 2, "a frame has an op and an id")
    op = number(value[0])
    check(op in FRAMES, f"unknown op {op}")
    shapes = [shape for shape in FRAMES[op] if fits(shape, len(value) - 2)]
    check(len(shapes) > 0, f"op {op} has too many elements, or too few")
    frame = {"op": op, "id": number(value[1])}
    for (name, kind, null, _), element in zip(elements(shapes[0]), value[2:]):
        if not (null and element is None):
            frame[name] = KINDS[kind](element)
    check(not blob or op in WITH_BLOB, f"op {op} has no blob")
    check(op != PART or 0 < len(blob) <= frame["left"], "a part has at least a byte, and no more than is left")
    return {**frame, "blob": blob} if blob else frame


def read_events(value: list) -> dict[str, Any]:
    check(len(value) > 4, "a topic's message has an event")
    message = {"type": "events", "topic": number(value[1]), "from": count(value[2]), "to": count(value[3])}
    check(message["from"] < message["to"], "a topic's message leads on")
    items = [array(item) for item in value[4:]]
    check(all(len(item) in (1, 2) for item in items), "a topic's event is [eventId, value?]")
    message["items"] = [dict(zip(("eventId", "value"), [event_id(item[0]), *item[1:]])) for item in items]
    return message


def encode(message: dict[str, Any]) -> str | bytes:
    """What is sent for a message."""
    kind = message["type"]
    if kind == "batch":
        frames = [(frame_text(frame), frame.get("blob", b"")) for frame in message["frames"]]
        return batch(message["seq"], message["ack"], frames)
    if kind == "events":
        items = [[item["eventId"], *([item["value"]] if "value" in item else [])] for item in message["items"]]
        return dumps([kind, message["topic"], message["from"], message["to"], *items])
    return dumps([kind, {name: value for name, value in message.items() if name != "type"}])


def batch(seq: int, ack: int, frames: list[tuple[str, bytes]]) -> str | bytes:
    """A batch of frames that were written before, each a text and a blob."""
    blobs = b"".join(blob for _, blob in frames)
    head = [seq, ack, [len(blob) for _, blob in frames]] if blobs else [seq, ack]
    text = f"[{','.join([dumps(head), *(text for text, _ in frames)])}]"
    return framed(text, blobs) if blobs else text


def framed(text: str, blob: bytes) -> bytes:
    """JSON with its length before it, and a blob behind it."""
    json_bytes = text.encode()
    return len(json_bytes).to_bytes(4, "big") + json_bytes + blob


def frame_text(frame: dict[str, Any]) -> str:
    shape = FRAMES[frame["op"]][-1] if frame["op"] != POSITION or "offset" in frame else ""
    named = [frame.get(name) for name, _, _, optional in elements(shape) if not optional or name in frame]
    return dumps([frame["op"], frame["id"], *named])
