"""Topics: what many read, joined or not, over cuts and lost sessions."""
from __future__ import annotations

import asyncio
import random

import contract as api
from calls import Event, Gap, Stream
from world import World, expect, fails, take


async def a_topic_over_cuts(world: World) -> dict:
    """Three who read it, two of them over one line; messages are lost with transports, and none is missing."""
    client, other, chance = world.client(), world.client(), random.Random(11)
    streams = [client.subscribe(api.news, "cuts", window=16), client.subscribe(api.news, "cuts", window=16),
               other.subscribe(api.news, "cuts", window=16)]  # fmt: skip
    heard: list[list[str]] = [[], [], []]

    async def read(stream: Stream, texts: list[str]) -> None:
        async for event in stream:
            texts.append(event.value["text"] if isinstance(event, Event) else event.reason)
            if texts[-1] == "200":
                return

    readers = [asyncio.ensure_future(read(*pair)) for pair in zip(streams, heard)]
    await client.call(api.whoami)
    await other.call(api.whoami)
    for at in range(1, 201):
        await world.control.call(api.publish, {"topic": "cuts", "text": str(at)})
        if at % 20 == 0:
            client.deaf = chance.random() < 0.5
            await world.control.call(api.publish, {"topic": "cuts", "text": f"{at}, as a line was cut"})
            await client.cut()
            client.deaf = False
    await asyncio.gather(*readers)
    wanted = [text for at in range(1, 201) for text in (str(at), *([f"{at}, as a line was cut"] * (at % 20 == 0)))]
    for texts in heard:
        expect(texts, wanted[: wanted.index("200") + 1])
    return {"events": 3 * len(heard[0]), "joined": joined(streams), "cuts": len(client.closes)}


async def a_topic_in_a_new_session(world: World) -> dict:
    """A mark tells where a stream began, so nothing is missing; and what the log has dropped is a gap."""
    client = world.client()
    stream = client.subscribe(api.news, "lost", window=4)
    await client.call(api.whoami)
    expect(stream.last_event_id is not None, True, "a mark came before any event")
    await fails(client.call(api.forget))
    for at in range(3):
        await world.control.call(api.publish, {"topic": "lost", "text": str(at)})
    expect([event.value["text"] for event in await take(stream, 3)], ["0", "1", "2"])
    for at in range(100):  # the log keeps 50
        await world.control.call(api.publish, {"topic": "lost", "text": f"more {at}"})
    rest = await take(stream, 5)
    while rest[-1] != Event({"text": "more 99"}, rest[-1][-1]):
        rest.append(await stream.__anext__())
    gaps = [at for at, item in enumerate(rest) if isinstance(item, Gap)]
    texts = [item.value["text"] for item in rest if isinstance(item, Event)]
    before = [f"more {at}" for at in range(gaps[0])]
    expect((len(gaps), texts[: gaps[0]], texts[gaps[0] :]), (1, before, [f"more {at}" for at in range(50, 100)]))
    stream.cancel()
    return {"events": 3 + len(texts), "gaps": len(gaps)}


def joined(streams: list[Stream]) -> int:
    return sum(stream.topic is not None for stream in streams)


TOPICS = [a_topic_over_cuts, a_topic_in_a_new_session]
