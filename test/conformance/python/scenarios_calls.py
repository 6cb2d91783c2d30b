"""Calls: values, errors and their outcomes, cancels and deadlines, large frames, and cuts in the middle of all that."""
from __future__ import annotations

import asyncio
import random

import contract as api
from leaves import NOTHING, Instant, Map, Set, Whole
from world import World, expect, fails


async def values_there_and_back(world: World) -> dict:
    client = world.client()
    texts = ["", "\u2028\\\"\n\x00", "\U0001f600"]
    plain = [None, True, 0, -1, 1.5, 1e21, 1e-7, 2**53, *texts, [], {}, {"a": {"b": [None]}}]
    for value in plain:
        expect(await client.call(api.echo, [value]), [value])
    at = Instant("2026-01-02T03:04:05.678Z")
    either = ["2026-01-02T03:04:05.678Z", at, NOTHING]
    rich = {"at": at, "total": Whole(2**80), "raw": [b"", b"\x00\xff", b"abc"], "names": Map([["ada", at]]),
            "tags": Set([Whole(-1), Whole(2**64)]), "either": either}  # fmt: skip
    back = await client.call(api.rich, rich)
    expect({**back, "names": [list(pair) for pair in back["names"]]}, rich)
    expect([type(one) for one in back["either"]], [type(one) for one in either])
    expect(await client.call(api.reach, "nothing is given back"), NOTHING)
    expect(await client.call(api.trace, meta={"trace": "t-1"}), {"trace": "t-1"})
    return {"values": len(plain) + 1}


async def failures_say_what_is_known(world: World) -> dict:
    client = world.client()
    declared = await fails(client.call(api.work, {"token": "taken"}))
    expect((declared.code, declared.data, declared.outcome), ("TAKEN", {"token": "taken"}, "answered"))
    invalid = await fails(client.call(api.work, {"token": 1}))
    expect((invalid.code, invalid.outcome, invalid.retryable), ("INVALID_ARGUMENT", "answered", False))
    broken = await fails(client.call(api.broken))
    expect((broken.code, bool(broken.error_id), "secret" in broken.message), ("INTERNAL", True, False))
    unknown = await fails(client.call(api.absent))
    expect((unknown.code, unknown.refused), ("UNIMPLEMENTED", True))
    differences = await client.call(api.differences, {"echo": "x", "absent": "y"})
    expect(differences, {"missing": ["absent"], "changed": ["echo"]})

    late = client.call(api.work, {"token": "late", "hold": True}, timeout_ms=50)
    failure = await fails(late)
    expect((failure.code, failure.outcome in ("answered", "unknown")), ("DEADLINE_EXCEEDED", True))
    await world.reached("aborted late")
    cancelled = client.call(api.work, {"token": "cancelled", "hold": True})
    await world.reached("begun cancelled")
    cancelled.cancel()
    failure = await fails(cancelled)
    expect((failure.code, failure.outcome), ("CANCELLED", "unknown"))
    await world.reached("aborted cancelled")
    unsent = client.call(api.work, {"token": "unsent"})
    unsent.cancel()
    failure = await fails(unsent)
    expect((failure.outcome, await world.starts("unsent")), ("not-sent", 0))
    large = client.call(api.echo, "x" * 2_200_000)
    failure = await fails(large)
    expect((failure.code, failure.outcome), ("RESOURCE_EXHAUSTED", "not-sent"))
    return {"failures": 8}


async def more_calls_than_slots(world: World) -> dict:
    """The server runs 256 at a time, so 300 that hold wait here, and none is refused."""
    client = world.client()
    calls = [client.call(api.look, {"token": f"slot {at}", "hold": True}) for at in range(300)]
    await world.reached("begun slot 255")
    expect(len(client.line.open), 256)
    for at in range(300):
        await world.reach(f"release slot {at}")
    expect(await asyncio.gather(*calls), [1] * 300)
    return {"calls": 300}


async def small_websocket_frames(world: World) -> dict:
    """Messages in fragments of seven bytes with a ping between them are messages."""
    client = world.client()
    await client.call(api.whoami)
    client.line.ws.fragment = 7
    text = "fragmented " * 20
    expect(await client.call(api.echo, text), text)
    expect(await client.call(api.raw, bytes(range(256))), bytes(range(256)))
    return {"bytes": len(text) + 256}


async def cuts_around_a_call(world: World) -> dict:
    """Before it arrives, while its handler runs, and when its answer is under way: it runs once and is answered."""
    client = world.client()
    await client.call(api.whoami)
    client.line.ws.send = client.line.ws.send_half
    half = client.call(api.work, {"token": "half"})
    await asyncio.sleep(0)  # written, or half of it
    await client.cut()
    expect(await half, 1)

    running = client.call(api.work, {"token": "running", "hold": True})
    await world.reached("begun running")
    await client.cut()
    await world.reach("release running")
    expect(await running, 1)

    answered = client.call(api.work, {"token": "answered", "hold": True})
    await world.reached("begun answered")
    client.deaf = True
    await world.reach("release answered")
    await world.control.call(api.whoami)
    await client.cut()
    client.deaf = False
    expect(await answered, 1)
    expect([await world.starts(token) for token in ("half", "running", "answered")], [1, 1, 1])
    expect([welcome["resumed"] for welcome in client.welcomes], [False, True, True, True])
    return {"cuts": 3}


async def a_storm_of_cuts(world: World) -> dict:
    """Mutations that are cut at any moment: each answered once, each started once."""
    client, chance, done = world.client(), random.Random(7), 0
    tokens = [f"storm {at}" for at in range(400)]

    async def one(token: str) -> int:
        return await client.call(api.work, {"token": token})

    for begin in range(0, len(tokens), 20):
        calls = [asyncio.ensure_future(one(token)) for token in tokens[begin : begin + 20]]
        for _ in range(chance.randrange(8)):
            await asyncio.sleep(0)
        client.deaf = chance.random() < 0.5
        await asyncio.sleep(chance.random() / 500)
        await client.cut()
        client.deaf = False
        done += sum(await asyncio.gather(*calls))
    ran = await world.control.call(api.starts)
    expect([ran[token] for token in tokens], [1] * len(tokens))
    expect({welcome["resumed"] for welcome in client.welcomes[1:]}, {True})
    return {"calls": done, "cuts": len(client.closes)}


async def large_values_in_parts(world: World) -> dict:
    """A MiB of text and one of bytes, both ways, small calls between the parts, and cuts in the middle."""
    client = world.client()
    text, data = "tr\u00fcnk" * 175_000, random.Random(1).randbytes(1 << 20)
    expect(await client.call(api.echo, text), text, "a text")
    expect(await client.call(api.raw, data), data, "bytes")
    before = len(client.closes)
    calls = [client.call(api.raw, data), client.call(api.echo, text)]
    small = 0
    for _ in range(4):
        parts = client.line.session.received
        while client.line.session.received - parts < 8 and not all(call.future.done() for call in calls):
            expect(await client.call(api.echo, small), small)
            small += 1
        await client.cut()
    expect([await call for call in calls], [data, text])
    # What was sent in part only was not sent.
    cancelled = client.call(api.raw, data)
    await asyncio.sleep(0)
    cancelled.cancel()
    failure = await fails(cancelled)
    expect((failure.outcome, await client.call(api.whoami)), ("not-sent", "ada"))
    return {"bytes": len(text.encode()) + len(data), "small calls between": small, "cuts": len(client.closes) - before}


CALLS = [values_there_and_back, failures_say_what_is_known, more_calls_than_slots, small_websocket_frames,
         cuts_around_a_call, a_storm_of_cuts, large_values_in_parts]  # fmt: skip
