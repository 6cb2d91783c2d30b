"""What this end answers: the calls and streams of a server that calls its client (PROTOCOL.md sections 4, 5.2, 5.3)."""
from __future__ import annotations

import asyncio
from typing import Any, Awaitable, Callable, NamedTuple

import messages
import values
from calls import Procedure
from failures import RpcError
from leaves import Misfit
from session import TooLarge
from shapes import check

CALL_MAX_MS = 300_000


class Served(NamedTuple):
    """A procedure and its handler: of a subscription an asynchronous generator, of the rest a coroutine."""

    procedure: Procedure
    handler: Callable[[Any], Any]


class Running:
    def __init__(self, credit: int):
        self.task: asyncio.Task | None = None
        self.sent, self.limit = 0, credit
        self.moved = asyncio.Event()


class Answers:
    def __init__(self, line: Any, serve: dict[str, Served]):
        self.line, self.serve = line, serve
        self.running: dict[int, Running] = {}
        self.highest = 0
        self.arriving: set[int] = set()  # ids of which the first part has opened them

    def opens(self, id: int) -> bool:
        """For the first part of a frame: that of a new id opens it."""
        if id > self.highest:
            self.highest = id
            self.arriving.add(id)
        return id in self.arriving or id in self.running

    def act(self, frame: dict[str, Any]) -> None:
        op, id = frame["op"], frame["id"]
        running = self.running.get(id)
        if op in (messages.CALL, messages.SUBSCRIBE):
            check(id > self.highest or id in self.arriving, "ids grow")
            self.highest = max(self.highest, id)
            self.arriving.discard(id)
            self._begin(frame)
        elif op in (messages.CANCEL, messages.ERROR):  # an upstream that fails aborts its call as a cancel does
            self.arriving.discard(id)
            self.line.session.drop(id)
            if self.running.pop(id, None):
                running.task.cancel()
        elif op == messages.CREDIT:
            if running:
                most = running.sent + self.line.limits["creditMaxEvents"]
                check(frame["limit"] <= most, "more credit than there may be")
                running.limit = max(running.limit, frame["limit"])
                running.moved.set()
        else:  # nothing served here has an upstream, and no stream is ever joined
            ignored = op in (messages.EVENT, messages.END) or not running
            check(ignored, f"op {op} is nothing that a caller says")

    def _begin(self, frame: dict[str, Any]) -> None:
        id, path, stream = frame["id"], frame["path"], frame["op"] == messages.SUBSCRIBE
        served = self.serve.get(path) or CONTRACT.get(path)
        if served is None or (served.procedure.kind == "subscription") != stream:
            return self._refuse(id, "UNIMPLEMENTED")
        if len(self.running) >= self.line.limits["subscriptions" if stream else "calls"]:
            return self._refuse(id, "RESOURCE_EXHAUSTED")
        check(frame.get("credit", 0) <= self.line.limits["creditMaxEvents"], "more credit than there may be")
        running = self.running[id] = Running(frame.get("credit", 0))
        work = self._stream(frame, served, running) if stream else self._call(frame, served)
        running.task = asyncio.ensure_future(self._settle(id, work, frame["timeoutMs"], stream))

    def _refuse(self, id: int, code: str) -> None:
        self.line.send({"op": messages.ERROR, "id": id, "error": {"code": code, "message": code, "refused": True}})

    async def _settle(self, id: int, work: Awaitable[dict[str, Any]], timeout_ms: int, stream: bool) -> None:
        limit = timeout_ms if stream else min(timeout_ms or CALL_MAX_MS, CALL_MAX_MS)
        try:
            last = await asyncio.wait_for(work, limit / 1000 if limit else None)
        except asyncio.TimeoutError:
            last = failed("DEADLINE_EXCEEDED", "the call's deadline passed")
        except Misfit:
            last = failed("INVALID_ARGUMENT", "not what the contract declares")
        except RpcError as error:
            last = failed(error.code, error.code)
            last["error"].update({"data": error.data} if error.data is not None else {})
        except Exception:
            last = failed("INTERNAL", "the handler has failed")
        if self.running.pop(id, None):
            try:
                self.line.send({**last, "id": id})
            except TooLarge:
                self.line.send({**failed("INTERNAL", "the answer is too large"), "id": id})

    async def _call(self, frame: dict[str, Any], served: Served) -> dict[str, Any]:
        output = await served.handler(input_of(frame, served))
        if output is None:
            return {"op": messages.RESULT}
        value, blob = values.encode(served.procedure.output, output)
        return {"op": messages.RESULT, "value": value, "blob": blob}

    async def _stream(self, frame: dict[str, Any], served: Served, running: Running) -> dict[str, Any]:
        source = served.handler(input_of(frame, served))
        while True:
            while running.sent >= running.limit:
                running.moved.clear()
                await running.moved.wait()
            try:
                value, blob = values.encode(served.procedure.output, await source.__anext__())
            except StopAsyncIteration:
                return {"op": messages.END}
            running.sent += 1
            self.line.send({"op": messages.EVENT, "id": frame["id"], "value": value, "blob": blob})

    def abort(self) -> None:
        """The session is over, and with it what it asked for."""
        for running in self.running.values():
            running.task.cancel()
        self.running.clear()
        self.arriving.clear()
        self.highest = 0


def failed(code: str, message: str) -> dict[str, Any]:
    return {"op": messages.ERROR, "error": {"code": code, "message": message}}


def input_of(frame: dict[str, Any], served: Served) -> Any:
    return values.decode(served.procedure.input, frame["input"], frame.get("blob", b"")) if "input" in frame else None


async def compare(hashes: dict[str, str]) -> dict[str, list[str]]:
    """Without hashes of its own this end knows of none that is the same."""
    return {"missing": [], "changed": list(hashes)}


CONTRACT = {"$contract": Served(Procedure("$contract"), compare)}
