"""A line: a session with its calls at this end, over whichever transport it has (PROTOCOL.md sections 4 and 5)."""
from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, Callable

from acks import Acknowledgements
from answers import Answers, Served
from calls import Call, Gap, Stream
from failures import RpcError
from leaves import Misfit
from messages import CALL, CANCEL, CREDIT, JOIN, PART, POSITION, SUBSCRIBE
from session import Session, TooLarge
from shapes import check
from websocket import WebSocket

OUTBOUND_SOFT_BYTES = 262_144


class Line:
    def __init__(self, limits: dict[str, int], serve: dict[str, Served]):
        self.limits = limits
        self.session = Session(limits)
        self.ws: WebSocket | None = None
        self.waiting: deque[Call] = deque()
        self.open: dict[int, Call] = {}
        self.answers = Answers(self, serve)
        self.on_turn: Callable[[], None] = lambda: None  # everything that could be written was
        self.leaving = False  # goodbye was said here
        self._next_id = 1
        self._acks = Acknowledgements(self._acknowledge)
        self._turn: asyncio.Handle | None = None

    # Transports

    def attach(self, ws: WebSocket, welcome: dict[str, Any]) -> None:
        check(self.session.token is not None or not welcome["resumed"], "no session was named that could be resumed")
        if self.session.token is not None and not welcome["resumed"]:
            self.lose()
        self.session.attach(welcome["limits"], welcome["received"])
        self.session.token = welcome["session"]
        self.ws = ws
        self.flush()

    def lose(self) -> None:
        """The session is over: what may be sent again waits for the next one, in the order it was made."""
        back = []
        for call in self.open.values():
            if call.upstream and call.upstream.read:
                call.fail("UNAVAILABLE")
            elif isinstance(call, Stream):
                self._reopen(call)
                back.append(call)
            elif call.procedure.repeatable or not call.sent:
                back.append(call)
            else:
                call.fail("UNAVAILABLE")
        for call in back:
            call.may_have_run = call.may_have_run or call.sent
            call.id = None
        self.waiting.extendleft(reversed(back))
        self.open.clear()
        self.answers.abort()
        self.session, self._next_id = Session(self.limits), 1

    def _reopen(self, stream: Stream) -> None:
        stream.restart()
        if stream.last_event_id is None and not stream.procedure.state:
            stream.tell(Gap("the session was lost before the first event"))

    def hand_over(self) -> list[Call]:
        """What goes to another line while this one ends: what waits, and the streams."""
        streams = [call for call in self.open.values() if isinstance(call, Stream)]
        streams = [stream for stream in streams if not (stream.upstream and stream.upstream.read)]
        for stream in streams:
            self.send({"op": CANCEL, "id": stream.id})
            del self.open[stream.id]
            stream.id = None
            self._reopen(stream)
        calls, self.waiting = [*streams, *self.waiting], deque()
        return calls

    # What the program says

    def start(self, call: Call) -> None:
        call.line = self
        self.waiting.append(call)
        self.soon()

    def cancel(self, call: Call, code: str) -> None:
        if call.future.done():
            return
        call.fail(code)
        if call.id in self.open:
            del self.open[call.id]
            self.send({"op": CANCEL, "id": call.id})

    def send(self, frame: dict[str, Any]) -> None:
        self.session.send(frame)
        self.soon()

    def soon(self) -> None:
        """Frames of one turn travel together."""
        if self._turn is None:
            self._turn = asyncio.get_running_loop().call_soon(self.flush)

    @property
    def is_flowing(self) -> bool:
        return self.ws is not None and self.session.has_room and self.ws.waiting_bytes < OUTBOUND_SOFT_BYTES

    def flush(self) -> None:
        self._turn = None
        if self.ws is None:
            return
        while True:
            while self.waiting and self.session.has_room and self._depart(self.waiting[0]):
                self.waiting.popleft()
            data = self.session.take()
            if data is None:
                break
            self._say(data)
        for call in self.open.values():
            if call.upstream and call.sent:
                call.upstream.go_on()
        self.on_turn()

    def _depart(self, call: Call) -> bool:
        """Writes the frame that opens a call; false where it must wait."""
        if call.future.done() or call.is_late:
            call.fail("DEADLINE_EXCEEDED")
            return True
        peer, stream = self.session.peer, isinstance(call, Stream)
        alike = [one for one in self.open.values() if isinstance(one, Stream) == stream]
        upstreams = [one for one in self.open.values() if one.upstream]
        if len(alike) >= peer["subscriptions" if stream else "calls"] or len(upstreams) >= peer["upstreams"]:
            return False
        frame = call.frame(self._next_id)
        try:
            if not self.session.fits(self.session.measure(frame)):
                return False
        except TooLarge:
            call.fail("RESOURCE_EXHAUSTED")
            return True
        call.id, self._next_id = self._next_id, self._next_id + 2
        self.open[call.id] = call
        self.session.send(frame)
        return True

    def _say(self, data: str | bytes) -> None:
        self.ws.send(data)
        self._acks.said()

    def _acknowledge(self) -> None:
        self.flush()
        if self.ws and self._acks.frames:
            self._say(self.session.acknowledgement())

    # What the other end says

    def receive(self, message: dict[str, Any], size: int) -> None:
        """A batch, or a topic's events; raises Violation."""
        if message["type"] == "events":
            joined = [one for one in self.open.values() if isinstance(one, Stream) and one.topic == message["topic"]]
            return self._told(joined[0], joined[0].feed, message) if joined else None
        for frame in self.session.accept(message, self._opens):
            self._act(frame)
        parts = any(frame["op"] == PART for frame in message["frames"])
        self._acks.received(len(message["frames"]), size, parts)
        self.soon()

    def _opens(self, id: int) -> bool:
        return id in self.open if id % 2 else self.answers.opens(id)

    def _act(self, frame: dict[str, Any]) -> None:
        op, id = frame["op"], frame["id"]
        if id % 2 == 0:
            return self.answers.act(frame)
        check(op not in (CALL, SUBSCRIBE), "the client's ids are odd")
        call = self.open.get(id)
        if call is None:
            return None  # it has crossed a cancel
        if op in (CREDIT, CANCEL):
            if call.upstream:
                call.upstream.credit(frame["limit"]) if op == CREDIT else call.upstream.close()
        elif op in (JOIN, POSITION):
            check(isinstance(call, Stream) and "count" not in frame, "only a stream is joined, and only asked for")
            self._join(call, frame) if op == JOIN else self._position(call)
        else:
            self._told(call, call.receive, frame)

    def _told(self, call: Call, tell: Callable[[dict[str, Any]], bool], what: dict[str, Any]) -> None:
        """An answer that does not fit the contract ends its call, and no other."""
        try:
            if tell(what):
                self.open.pop(call.id, None)
        except Misfit:
            self.open.pop(call.id, None)
            if isinstance(call, Stream):
                self.send({"op": CANCEL, "id": call.id})
            call.settle(error=RpcError("INTERNAL", "answered"))

    def _join(self, stream: Stream, frame: dict[str, Any]) -> None:
        others = [one for one in self.open.values() if one is not stream and isinstance(one, Stream)]
        check(all(one.topic != frame["topic"] for one in others), "another stream is joined to this topic")
        stream.topic, stream.offset = frame["topic"], frame["offset"]

    def _position(self, stream: Stream) -> None:
        check(stream.topic is not None, "a stream that is not joined has no position")
        self.send({"op": POSITION, "id": stream.id, "offset": stream.offset, "count": stream.received})
