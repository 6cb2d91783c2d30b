"""Servers: one that beats, one that asks for credentials, one that calls its client, and one that leaves."""
from __future__ import annotations

import asyncio

import contract as api
from answers import Served
from calls import Procedure
from failures import RpcError
from world import World, expect, take


async def signs_of_life(world: World) -> dict:
    """The server beats with batches and pings; where it hears nothing it closes, and the session goes on."""
    client = world.client(world.restless)
    while client.beats < 2 or client.line.ws.pings < 2:
        await asyncio.sleep(0.01)
    call = client.call(api.work, {"token": "silent", "hold": True})
    await client.call(api.whoami)
    ws = client.line.ws
    ws._send_frame = lambda *_, **__: None  # neither pongs nor acknowledgements
    client.deaf = True
    while not client.closes:
        await asyncio.sleep(0.01)
    client.deaf = False
    await client.call(api.reach, "release silent")
    expect((client.closes[0], await call), (4418, 1))
    return {"beats": client.beats}


async def credentials_and_caches(world: World) -> dict:
    client = world.client(caches=True)
    client_line = await world.line(caches=True)
    expect(await client.call(api.whoami), "ada")
    client.renew("ada")
    await client.call(api.invalidate, ["room:1", "room:2"])
    expect(client.invalidated, [["room:1", "room:2"]])
    client_line.say(["renew", {"auth": "bob"}])
    expect(await client_line.closed(), 4403)
    back = await world.line(session=client_line.welcome["session"])
    expect(back.welcome["resumed"], False)
    expect(await client.call(api.whoami), "ada")
    return {"invalidated": 2}


async def a_server_that_calls(world: World) -> dict:
    """Typed calls, errors, a stream, bytes in parts and a cancel, the other way, and a cut while it waits."""
    asked: list[str] = []
    over = asyncio.Event()

    async def confirm(question: str) -> bool:
        asked.append(question)
        if question == "busy":
            raise RpcError("BUSY", "answered", error={"data": {"with": "another"}})
        if question == "cut":
            await client.cut()
        return question != "no"

    async def keys(last: int):
        for key in range(1, last + 1):
            yield key
            if key % 50 == 0:
                await client.cut()

    async def mirror(data: bytes) -> bytes:
        return data

    async def never(_: None) -> str:
        try:
            await world.reach("asked never")
            await asyncio.Event().wait()
        finally:
            asked.append("never was cancelled")
            over.set()

    serve = [
        Served(Procedure("confirm", "mutation"), confirm),
        Served(Procedure("keys", "subscription"), keys),
        Served(Procedure("mirror", input="bytes", output="bytes"), mirror),
        Served(Procedure("never"), never),
    ]
    client = world.client(serve=serve)
    expect(await client.call(api.ask, "yes"), True)
    expect(await client.call(api.ask, "no"), False)
    expect(await client.call(api.ask, "busy"), {"code": "BUSY", "data": {"with": "another"}})
    expect(await client.call(api.ask, "cut"), True)
    expect(await client.call(api.ask, "keys"), list(range(1, 201)))
    expect(await client.call(api.ask, "mirror"), 200_000)
    expect(await client.call(api.ask, "missing"), {"code": "UNIMPLEMENTED", "outcome": "answered"})
    expect(await client.call(api.ask, "never"), {"code": "CANCELLED", "outcome": "unknown"})
    await over.wait()
    expect(asked, ["yes", "no", "busy", "cut", "never was cancelled"])
    return {"asked": 8, "cuts": len(client.closes)}


async def a_server_that_leaves(world: World) -> dict:
    """Its client is elsewhere before: what is in flight is answered, streams go on there, and no call fails."""
    client = world.client(world.leaving)
    stream = client.subscribe(api.count, {"to": 400}, window=4)
    events = [event.value for event in await take(stream, 10)]
    held = client.call(api.work, {"token": "in flight", "hold": True})
    await client.call(api.whoami)
    await world.reached("begun in flight")
    old, client.port = client.line, world.port
    await client.call(api.drain)
    while client.line is old:
        await asyncio.sleep(0.005)
    events += [item.value async for item in stream]
    expect(await client.call(api.work, {"token": "elsewhere"}), 1)
    await world.reach("release in flight")
    expect(await held, 1)
    while not client.closes:
        await asyncio.sleep(0.005)
    expect(client.closes, [1000])
    expect(events, list(range(1, 401)))
    expect([welcome["resumed"] for welcome in client.welcomes], [False, False])
    return {"events": len(events)}


SERVERS = [signs_of_life, credentials_and_caches, a_server_that_calls, a_server_that_leaves]
