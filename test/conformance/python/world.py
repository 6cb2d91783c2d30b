"""What the scenarios share: the servers' ports, a client whose line is never cut, and a line without any rules."""
from __future__ import annotations

import asyncio
from typing import Any, Awaitable

import contract
import messages
from calls import Stream
from client import Client
from failures import RpcError
from session import DEFAULTS
from texts import dumps
from websocket import WebSocket

LIMITS = {**DEFAULTS, "messageBytes": 2_097_152}


class World:
    """`port` is the server of most scenarios, `restless` one that beats often, `leaving` one that may be drained."""

    def __init__(self, port: int, restless: int, leaving: int):
        self.port, self.restless, self.leaving = port, restless, leaving
        self.clients: list[Client] = []
        self.lines: list[Line] = []
        self.control = self.client(auth="control")

    def client(self, port: int | None = None, **options: Any) -> Client:
        client = Client(port or self.port, **{"auth": "ada", "limits": LIMITS, **options})
        self.clients.append(client)
        return client

    async def reach(self, name: str) -> None:
        await self.control.call(contract.reach, name)

    async def reached(self, name: str) -> None:
        await self.control.call(contract.reached, name)

    async def starts(self, token: str) -> int:
        return (await self.control.call(contract.starts)).get(token, 0)

    async def line(self, greet: bool = True, **hello: Any) -> Line:
        line = Line(await WebSocket.open("127.0.0.1", self.port))
        self.lines.append(line)
        if greet:
            await line.greet(**hello)
        return line

    def figures(self) -> dict[str, int]:
        """How many sessions were begun, and on how many transports they were begun or resumed."""
        welcomes = [welcome for client in self.clients for welcome in client.welcomes]
        welcomes += [line.welcome for line in self.lines if line.welcome]
        return {"sessions": sum(not welcome["resumed"] for welcome in welcomes), "transports": len(welcomes)}

    async def close(self) -> None:
        for client in self.clients:
            await client.close()


class Line:
    """A transport on which a scenario says what it likes."""

    def __init__(self, ws: WebSocket):
        self.ws = ws
        self.welcome: dict[str, Any] = {}

    async def greet(self, **hello: Any) -> None:
        body = {"contract": "python", "auth": "ada", "received": 0, "limits": LIMITS, **hello}
        self.say(["hello", body])
        self.welcome = await self.hear()

    def say(self, value: Any) -> None:
        self.ws.send(value if isinstance(value, str) else dumps(value))

    async def hear(self) -> Any:
        data = await self.ws.receive()
        if data is None:
            raise ConnectionError(f"closed with {self.ws.close_code}")
        return messages.parse(data, {**LIMITS, "jsonDepth": 64})

    async def closed(self) -> int:
        """The code it is closed with, whatever is said before."""
        while await self.ws.receive() is not None:
            pass
        return self.ws.close_code


def expect(found: Any, wanted: Any, what: str = "") -> None:
    if found != wanted:
        raise AssertionError(f"{what}: expected {wanted!r:.300}, got {found!r:.300}")


async def fails(call: Awaitable) -> RpcError:
    try:
        value = await call
    except RpcError as error:
        return error
    raise AssertionError(f"a call that must fail gave {value!r:.300}")


async def take(stream: Stream, count: int) -> list:
    return [(await stream.__anext__()) for _ in range(count)]


async def turns(count: int = 5) -> None:
    """Lets everything that is ready happen."""
    for _ in range(count):
        await asyncio.sleep(0)
