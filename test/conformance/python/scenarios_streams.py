"""Streams: their order and credit, upstreams, and topics, over cuts and lost sessions."""
from __future__ import annotations

import asyncio
import hashlib
import random

import contract as api
from calls import Event, Gap
from world import World, expect, fails, take, turns


async def events_in_order(world: World) -> dict:
    client = world.client()
    events = [event async for event in client.subscribe(api.count, {"to": 500}, window=3)]
    expect(events, [Event(at, str(at)) for at in range(1, 501)])
    odd = client.subscribe(api.count, {"to": 3})
    expect([event.value for event in await take(odd, 3)], [1, 2, 3])
    failure = await fails(odd)
    expect((failure.code, failure.data, failure.outcome), ("ODD", {"at": 3}, "answered"))
    anew = client.subscribe(api.count, {"to": 2}, after="9")
    expect([event async for event in anew], [Gap("the count begins anew"), Event(1, "1"), Event(2, "2")])
    left = client.subscribe(api.count, {"to": 1_000_000}, window=2)
    await take(left, 3)
    left.cancel()
    await world.reached("count to 1000000 is over")
    return {"events": 500 + 3 + 2}


async def a_stream_over_cuts(world: World) -> dict:
    client, chance = world.client(), random.Random(3)
    stream, events = client.subscribe(api.count, {"to": 2_000}, window=32), []
    async for event in stream:
        events.append(event.value)
        if len(events) % 100 == 0:
            client.deaf = chance.random() < 0.5
            await turns(chance.randrange(10))
            await client.cut()
            client.deaf = False
    expect(events, list(range(1, 2_001)))
    expect({welcome["resumed"] for welcome in client.welcomes[1:]}, {True})
    return {"events": len(events), "cuts": len(client.closes)}


async def a_session_that_is_lost(world: World) -> dict:
    """A query goes again, a mutation is unknown, a stream continues after its id, and one without ids has a gap."""
    client = world.client()
    stream, blind = client.subscribe(api.count, {"to": 100}, window=4), client.subscribe(api.anonymous, {"to": 3})
    expect([event.value for event in await take(stream, 10) + await take(blind, 3)], [*range(1, 11), 1, 2, 3])
    query = client.call(api.look, {"token": "lost query", "hold": True})
    mutation = client.call(api.work, {"token": "lost mutation", "hold": True})
    await world.reached("begun lost query")
    await world.reached("begun lost mutation")
    failure = await fails(client.call(api.forget))
    expect((failure.code, failure.outcome), ("UNAVAILABLE", "unknown"))
    failure = await fails(mutation)
    expect((failure.code, failure.outcome, failure.retryable), ("UNAVAILABLE", "unknown", False))
    await world.reached("aborted lost mutation")
    await world.reach("release lost query")
    expect(await query, 2)
    expect([event.value async for event in stream], list(range(11, 101)))
    again = await take(blind, 4)
    expect([type(again[0]), *again[1:]], [Gap, Event(1), Event(2), Event(3)])
    expect((client.closes, [welcome["resumed"] for welcome in client.welcomes]), ([4410], [False, False]))
    expect(await world.starts("lost mutation"), 1)
    return {"events": 100 + 6}


async def an_upload_over_cuts(world: World) -> dict:
    client, data = world.client(), random.Random(5).randbytes(1 << 20)

    async def chunks():
        for at in range(0, len(data), 16_384):
            if at % 262_144 == 131_072:
                await client.cut()
            yield data[at : at + 16_384]

    done = await client.call(api.upload, upstream=chunks())
    expect(done, {"size": len(data), "hash": hashlib.sha256(data).hexdigest()})
    large = [random.Random(6).randbytes(100_000) for _ in range(6)]  # each in parts

    async def items():
        for item in large:
            yield item

    done = await client.call(api.upload, upstream=items())
    expect(done, {"size": 600_000, "hash": hashlib.sha256(b"".join(large)).hexdigest()})
    return {"bytes": len(data) + 600_000, "cuts": len(client.closes)}


async def an_upstream_that_ends_early(world: World) -> dict:
    """Because the handler has enough, because its source fails, because an item is too large, or with its session."""
    client, given = world.client(), 0

    async def words():
        nonlocal given
        while True:
            given += 1
            yield "word " * 1_000

    expect(await client.call(api.first, 3, upstream=words()), ["word " * 1_000] * 3)
    expect(given < 100, True, "a source is read within its credit")

    async def large():
        while True:
            yield "x" * 100_000  # in parts, of which some are under way when the handler has enough

    for enough in (1, 2, 3):
        expect(await client.call(api.first, enough, upstream=large()), ["x" * 100_000] * enough)

    async def broken():
        yield b"some"
        await world.reached("uploaded 4")
        raise KeyError("the disk")

    try:
        await client.call(api.upload, upstream=broken())
        raise AssertionError("an upload whose source fails was answered")
    except KeyError:
        await world.reached("upload aborted: ABORTED")

    async def huge():
        yield b"x" * 200_000

    expect((await fails(client.call(api.upload, upstream=huge()))).code, "RESOURCE_EXHAUSTED")

    async def lost():
        yield b"12345"
        await world.reached("uploaded 5")
        await fails(client.call(api.forget))
        await asyncio.Event().wait()

    failure = await fails(client.call(api.upload, upstream=lost()))
    expect((failure.code, failure.outcome), ("UNAVAILABLE", "unknown"))
    expect(await client.call(api.whoami), "ada")
    return {"items given": given}


async def a_channel_both_ways(world: World) -> dict:
    client, heard = world.client(), []
    turn = asyncio.Queue()

    async def words():
        for word in ("one", "two", "three"):
            yield word
            await turn.get()

    async for event in client.subscribe(api.channel, upstream=words()):
        heard.append(event.value)
        await client.cut()
        turn.put_nowait(None)
    expect(heard, ["ONE", "TWO", "THREE"])
    return {"events": len(heard), "cuts": len(client.closes)}


STREAMS = [events_in_order, a_stream_over_cuts, a_session_that_is_lost, an_upload_over_cuts,
           an_upstream_that_ends_early, a_channel_both_ways]  # fmt: skip
