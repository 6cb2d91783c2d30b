"""An upstream: what the caller sends meanwhile, within its credit (PROTOCOL.md section 5.6)."""
from __future__ import annotations

import asyncio
from typing import Any, AsyncIterable, Callable

import values
from failures import RpcError
from messages import END, ERROR, EVENT
from session import TooLarge
from shapes import check, utf16
from texts import dumps


class Upstream:
    """What the caller sends meanwhile. The source is asked for an item when the one before has gone, and never before
    its call was written."""

    def __init__(self, call: Any, source: AsyncIterable):
        self.call, self.source = call, source.__aiter__()
        self.limit = self.sent = 0
        self.task: asyncio.Task | None = None
        self.moved = asyncio.Event()

    @property
    def read(self) -> bool:
        """Whether anything was read from the source, which cannot be read twice."""
        return self.task is not None

    def go_on(self) -> None:
        """The call is written; or there is room again."""
        if self.task is None:
            self.limit = self.call.line.session.peer["upstreamBytes"]
            self.task = asyncio.ensure_future(self._run())
        self.moved.set()

    def credit(self, limit: int) -> None:
        check(limit <= self.sent + self.call.line.session.peer["upstreamBytes"], "more credit than there may be")
        self.limit = max(self.limit, limit)
        self.moved.set()

    def close(self) -> None:
        if self.task and self.task is not asyncio.current_task():
            self.task.cancel()

    async def _run(self) -> None:
        call, line = self.call, self.call.line
        try:
            while True:
                await self._until(lambda: self.sent < self.limit and line.is_flowing)
                item = await self.source.__anext__()
                json, blob = values.encode(call.procedure.upstream, item)
                size = 32 + utf16(dumps(json)) + len(blob)
                if size > line.session.peer["upstreamBytes"] // 2:
                    raise TooLarge()  # it would wait for credit that need not come
                await self._until(lambda size=size: self.sent + size <= self.limit)
                self.sent += size
                line.send({"op": EVENT, "id": call.id, "value": json, "blob": blob})
        except StopAsyncIteration:
            line.send({"op": END, "id": call.id})
        except Exception as failure:
            line.send({"op": ERROR, "id": call.id, "error": {"code": "ABORTED", "message": "the upstream has failed"}})
            line.open.pop(call.id, None)
            too_large = isinstance(failure, TooLarge)
            call.settle(error=RpcError("RESOURCE_EXHAUSTED", "unknown") if too_large else failure)

    async def _until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            self.moved.clear()
            await self.moved.wait()
