"""What a caller holds: a call and its one settlement, a stream and its credit (PROTOCOL.md 5.2, 5.3, 5.5)."""
from __future__ import annotations

import asyncio
import math
from collections import deque
from dataclasses import dataclass
from typing import Any, NamedTuple

import values
from failures import RpcError
from leaves import NOTHING
from messages import CALL, CREDIT, END, ERROR, EVENT, GAP, MARK, RESULT, SUBSCRIBE
from shapes import Violation, check
from upstream import Upstream


@dataclass(frozen=True)
class Procedure:
    """What the contract says of a path: its kind, and how its values travel."""

    path: str
    kind: str = "query"
    input: Any = "json"
    output: Any = "json"  # of a subscription: each event
    upstream: Any = None
    idempotent: bool = False
    state: bool = False  # each such stream begins with the whole state

    @property
    def repeatable(self) -> bool:
        return self.kind == "query" or self.idempotent


class Event(NamedTuple):
    value: Any
    id: str | None = None


class Gap(NamedTuple):
    reason: str


class Call:
    """A query or a mutation. It is awaited; `id` is there once it is written."""

    def __init__(self, procedure: Procedure, input: Any, timeout_ms: int, meta: dict | None, upstream: Any):
        self.procedure, self.meta = procedure, meta
        self.input, self.blob = (None, b"") if input is None else values.encode(procedure.input, input)
        self.has_input = input is not None
        loop = asyncio.get_running_loop()
        self.deadline = loop.time() + timeout_ms / 1000 if timeout_ms else None
        self.future: asyncio.Future = loop.create_future()
        self.future.add_done_callback(lambda done: done.cancelled() or done.exception())  # may be awaited late
        self.id: int | None = None
        self.may_have_run = False  # it was sent in a session that is lost
        self.line: Any = None
        self.upstream = Upstream(self, upstream) if upstream is not None else None

    def __await__(self):
        return asyncio.shield(self.future).__await__()

    @property
    def sent(self) -> bool:
        """A call of which only parts were sent was not."""
        return self.id is not None and not self.line.session.is_under_way(self.id)

    @property
    def is_late(self) -> bool:
        return self.deadline is not None and self.deadline <= asyncio.get_running_loop().time()

    def frame(self, id: int) -> dict[str, Any]:
        left = self.deadline and math.ceil((self.deadline - asyncio.get_running_loop().time()) * 1000)
        frame = {"op": CALL, "id": id, "path": self.procedure.path, "timeoutMs": left or 0, "blob": self.blob}
        frame.update({"meta": self.meta} if self.meta is not None else {})
        return {**frame, "input": self.input} if self.has_input else frame

    def receive(self, frame: dict[str, Any]) -> bool:
        """Acts on an answer; true where it was the last."""
        if frame["op"] == ERROR:
            code = frame["error"]["code"]
            self.settle(error=RpcError(code, "answered", self.procedure.repeatable, frame["error"]))
        else:
            check(frame["op"] == RESULT, "a call is answered by a result or an error")
            self.settle(self.value_of(frame))
        return True

    def value_of(self, frame: dict[str, Any]) -> Any:
        blob = frame.get("blob", b"")
        return values.decode(self.procedure.output, frame["value"], blob) if "value" in frame else NOTHING

    def settle(self, value: Any = None, error: BaseException | None = None) -> None:
        if self.upstream:
            self.upstream.close()
        if self.future.done():
            return
        self.future.set_exception(error) if error else self.future.set_result(value)

    def fail(self, code: str) -> None:
        outcome = "unknown" if self.sent or self.may_have_run else "not-sent"
        self.settle(error=RpcError(code, outcome, self.procedure.repeatable))

    def cancel(self) -> None:
        self.line.cancel(self, "CANCELLED")


class Stream(Call):
    """A subscription: iterated, it gives Event and Gap until it ends; awaited, it waits for the end."""

    def __init__(self, procedure, input, timeout_ms, meta, upstream, window: int, last_event_id: str | None):
        super().__init__(procedure, input, timeout_ms, meta, upstream)
        self.window, self.last_event_id = window, last_event_id
        self.items: deque = deque()
        self.arrived = asyncio.Event()
        self.topic: int | None = None
        self.restart()
        self.future.add_done_callback(lambda _: self.arrived.set())

    def restart(self) -> None:
        """In this session nothing was received; what the program has not taken counts against the first credit."""
        self.received, self.taken = 0, -sum(counts for _, counts in self.items)
        self.limit = 0  # until it is opened
        self.topic, self.offset = None, 0

    def frame(self, id: int) -> dict[str, Any]:
        place = {} if self.last_event_id is None else {"lastEventId": self.last_event_id}
        self.limit = max(0, min(self.taken + self.window, self.line.session.peer["creditMaxEvents"]))
        return {**super().frame(id), "op": SUBSCRIBE, "credit": self.limit, **place}

    def __aiter__(self):
        return self

    async def __anext__(self) -> Event | Gap:
        while not self.items:
            if self.future.done():
                await self.future
                raise StopAsyncIteration
            self.arrived.clear()
            await self.arrived.wait()
        item, counts = self.items.popleft()
        self.taken += counts
        most = self.taken + min(self.window, self.line.session.peer["creditMaxEvents"])
        if self.id is not None and most - self.limit >= max(1, self.window // 2) and not self.future.done():
            self.limit = most
            self.line.send({"op": CREDIT, "id": self.id, "limit": most})
        return item

    def receive(self, frame: dict[str, Any]) -> bool:
        op = frame["op"]
        if op == EVENT:
            self.deliver(Event(self.value_of(frame), frame.get("eventId")))
        elif op == GAP:
            self.deliver(Gap(frame["reason"]))
        elif op == MARK:
            self.last_event_id = frame["eventId"]
        elif op == END:
            if self.topic is not None and frame.get("offset", self.offset) != self.offset:
                self.tell(Gap("the end of the topic's events was lost"))
            self.settle()
            return True
        elif op == ERROR:
            return super().receive(frame)
        else:
            raise Violation(4400, f"op {op} is no answer to a subscription")
        return False

    def feed(self, message: dict[str, Any]) -> bool:
        """A topic's message, for whoever stands at its `from`."""
        check(message["from"] == self.offset, "a topic's message does not follow")
        for item in message["items"]:
            self.deliver(Event(self.value_of(item), item["eventId"]))
        self.offset = message["to"]
        return False

    def deliver(self, item: Event | Gap) -> None:
        check(self.received < self.limit, "an event without credit")
        self.received += 1
        if isinstance(item, Event) and item.id is not None:
            self.last_event_id = item.id
        self.tell(item, counts=True)

    def tell(self, item: Event | Gap, counts: bool = False) -> None:
        """A gap that nobody sent, because it was noticed here, takes no credit."""
        self.items.append((item, counts))
        self.arrived.set()
