"""A client: it dials, greets, listens, comes back after cuts, and moves when it is told goodbye (PROTOCOL.md sections
2, 3, 5.4 and 7)."""
from __future__ import annotations

import asyncio
import random
from typing import Any, AsyncIterable, Coroutine, Sequence

import messages
from answers import Served
from calls import Call, Procedure, Stream
from line import Line
from session import DEFAULTS, JSON_DEPTH
from shapes import Violation, check
from texts import dumps
from websocket import Refused, WebSocket

GRACE_MS = 10_000
#: What a close code means: whether the client comes back, and whether its session is over. Any other: now, goes on.
CLOSES = {
    1000: ("never", True), 1002: ("now", True), 1007: ("now", True), 1008: ("now", True), 1009: ("now", True),
    1013: ("later", False), 4400: ("now", True), 4401: ("never", False), 4403: ("never", False),
    4406: ("never", False), 4409: ("never", False), 4410: ("now", True), 4413: ("now", True), 4429: ("later", True),
    4430: ("now", True),
}  # fmt: skip


class Client:
    """Calls are made at any time, connected or not. Another `port` is dialed the next time."""

    def __init__(self, port: int, *, auth: Any = None, serve: Sequence[Served] = (), caches=False, limits=DEFAULTS):
        self.port, self.auth, self.caches, self.limits = port, auth, caches, limits
        self.serve = {served.procedure.path: served for served in serve}
        self.line = Line(self.limits, self.serve)
        self.deaf = False  # what arrives is lost, as if it were still under way
        self.welcomes: list[dict[str, Any]] = []
        self.closes: list[int] = []
        self.beats = 0
        self.invalidated: list[list[str] | None] = []
        self.tasks: list[asyncio.Task] = []
        self._run(self._live(self.line))

    # What a program says

    def call(self, procedure: Procedure, input: Any = None, *, timeout_ms=0, meta=None, upstream: AsyncIterable = None):
        call = Call(procedure, input, timeout_ms, meta, upstream)
        return self._start(call, timeout_ms)

    def subscribe(self, procedure: Procedure, input: Any = None, *, window=64, after=None, timeout_ms=0, upstream=None):
        return self._start(Stream(procedure, input, timeout_ms, None, upstream, window, after), timeout_ms)

    def _start(self, call: Any, timeout_ms: int) -> Any:
        if timeout_ms:
            loop = asyncio.get_running_loop()
            loop.call_later(timeout_ms / 1000, lambda: call.line.cancel(call, "DEADLINE_EXCEEDED"))
        self.line.start(call)
        return call

    def renew(self, auth: Any) -> None:
        self.auth = auth
        self.line.ws.send(dumps(["renew", {"auth": auth}]))

    async def cut(self) -> None:
        """Cuts the transport there is, or the next one there will be."""
        while self.line.ws is None:
            await asyncio.sleep(0.001)
        self.line.ws.cut()

    async def close(self) -> None:
        """Says 1000, which ends the session."""
        if self.line.ws:
            self.line.ws.close(1000)
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def _run(self, work: Coroutine) -> None:
        task = asyncio.ensure_future(work)
        task.add_done_callback(self._over)
        self.tasks.append(task)

    def _over(self, task: asyncio.Task) -> None:
        """A mistake of this client's own is told to whoever waits for it."""
        if not task.cancelled() and task.exception():
            for call in (*self.line.open.values(), *self.line.waiting):
                call.settle(error=task.exception())

    # Transports

    async def _live(self, line: Line, welcomed: tuple[WebSocket, dict[str, Any]] | None = None) -> None:
        spread_ms, failures = 1_000, 0
        while True:
            ws = None
            try:
                ws, welcome = welcomed or await self._greet(line)
                welcomed, failures, spread_ms = None, 0, welcome["spreadMs"]
                line.attach(ws, welcome)
                await self._listen(line, ws, welcome["heartbeatMs"] + GRACE_MS)
                code = ws.close_code
            except Violation as violation:
                code = violation.close
                if ws:
                    ws.close(code)
            except (Refused, OSError, asyncio.IncompleteReadError):
                code = 1006
            line.ws = None
            self.closes.append(code)
            back, ends = CLOSES.get(code, ("now", False))
            if line is not self.line:  # it was left, and nothing resumes it
                line.lose()
                for call in line.waiting:
                    self.line.start(call)
                return
            if ends:
                line.lose()
            if back == "never":
                return self._stop(line)
            failures += ws is None
            longest = max(spread_ms, min(30_000, 500 * 2**failures)) if failures else spread_ms
            longest = 30_000 if back == "later" else longest
            await asyncio.sleep(random.uniform(0, longest) / 1000)

    async def _greet(self, line: Line) -> tuple[WebSocket, dict[str, Any]]:
        ws = await WebSocket.open("127.0.0.1", self.port)
        session = line.session
        hello = {"type": "hello", "contract": "python", "received": session.received, "limits": self.limits}
        hello.update({"auth": self.auth} if self.auth is not None else {})
        hello.update({"session": session.token} if session.token else {})
        hello.update({"serves": "python"} if self.serve else {})
        hello.update({"caches": True} if self.caches else {})
        ws.send(messages.encode(hello))
        data = await ws.receive()
        if data is None:
            raise Violation(ws.close_code, "closed before the welcome")
        welcome = messages.parse(data, {**self.limits, "jsonDepth": JSON_DEPTH})
        check(welcome["type"] == "welcome", "the first message of a server is its welcome")
        self.welcomes.append(welcome)
        return ws, welcome

    async def _listen(self, line: Line, ws: WebSocket, silence_ms: int) -> None:
        watch = asyncio.ensure_future(self._watch(ws, silence_ms / 1000))
        try:
            while (data := await ws.receive()) is not None:
                if self.deaf or line.ws is not ws:
                    continue
                message = messages.parse(data, {**self.limits, "jsonDepth": JSON_DEPTH})
                self._act(line, message, len(data))
        finally:
            watch.cancel()

    async def _watch(self, ws: WebSocket, silence_s: float) -> None:
        now = asyncio.get_running_loop().time
        while ws.heard + silence_s > now():
            await asyncio.sleep(ws.heard + silence_s - now())
        ws.close(4418)
        ws.cut()

    def _act(self, line: Line, message: dict[str, Any], size: int) -> None:
        kind = message["type"]
        if kind in ("batch", "events"):
            self.beats += kind == "batch" and not message["frames"]
            line.receive(message, size)
        elif kind == "goodbye":
            if line is self.line and not line.leaving:
                line.leaving = True
                self._run(self._move(line, message["spreadMs"]))
        elif kind == "renew":
            line.ws.send(dumps(["renew", {"auth": self.auth}]))
        elif kind == "invalidate":
            self.invalidated.append(message["tags"])
        else:
            raise Violation(4400, f"{kind} has its place at the beginning")

    async def _move(self, line: Line, spread_ms: int) -> None:
        """A new session elsewhere, and to it what can go there. The old line ends when nothing is in flight on it."""
        await asyncio.sleep(random.uniform(0, spread_ms) / 1000)
        new = Line(self.limits, self.serve)
        try:
            welcomed = await self._greet(new)
        except (Violation, Refused, OSError):
            welcomed = None
        self.line = new
        for call in line.hand_over():
            new.start(call)
        self._run(self._live(new, welcomed))

        def leave() -> None:
            if line.ws and not line.open and not line.answers.running and line.session.has_said_all:
                line.ws.close(1000)

        line.on_turn = leave
        line.soon()

    def _stop(self, line: Line) -> None:
        line.lose()
        for call in line.waiting:
            call.fail("UNAVAILABLE")
