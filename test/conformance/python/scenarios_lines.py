"""Transports and sessions: who is let in, what breaks the rules and what is ignored, and whose a session is."""
from __future__ import annotations

import json

import contract as api
from websocket import Refused, WebSocket
from world import World, expect, fails


async def doors_that_stay_shut(world: World) -> dict:
    doors = ({"protocol": None}, 400), ({"protocol": "trunkline.9"}, 400), ({"origin": "https://x.test"}, 403)
    for options, status in doors:
        try:
            await WebSocket.open("127.0.0.1", world.port, **options)
            raise AssertionError(f"{options} was let in")
        except Refused as refused:
            expect(refused.status, status)
            if status == 400:
                expect(refused.headers["content-type"].startswith("text/plain"), True)
                expect("trunkline.1" in refused.body, True, refused.body)
    early = await world.line(greet=False)
    early.say([[1, 0]])
    expect(await early.closed(), 4401)
    stranger = world.client(auth="nobody")
    failure = await fails(stranger.call(api.whoami))
    expect((stranger.closes, failure.code, failure.outcome), ([4401], "UNAVAILABLE", "not-sent"))
    return {"refused": 5}


CALL = [1, 1, "look", 0, None, {"token": "rules", "hold": True}]
STREAM = [2, 1, "anonymous", 0, None, 4, None, {"to": 1}]
BROKEN = {
    "a hole": [[2, 0], CALL], "a repeat": [[0, 0], CALL], "an ack of nothing": [[1, 1]],
    "an id of the other parity": [[1, 0], [1, 2, "look", 0, None]], "an id twice": [[1, 0], CALL, CALL],
    "an unknown op": [[1, 0], [99, 1]], "an extra element": [[1, 0], [3, 1, 1]], "minus zero": "[[1,-0]]",
    "a second hello": ["hello", {}], "a goodbye": ["goodbye", {"spreadMs": 1}],
    "an invalidate": ["invalidate", {"tags": None}],
    "a key that may not be": [[1, 0], [1, 1, "echo", 0, None, {"__proto__": 1}]],
    "too deep": [[1, 0], [1, 1, "echo", 0, None, json.loads("[" * 70 + "]" * 70)]],
    "too much credit at first": [[1, 0], [*STREAM[:5], 1_025, *STREAM[6:]]],
    "too much credit later": [[1, 0], STREAM, [4, 1, 1_030]],
    "a result of one's own call": [[1, 0], CALL, [5, 1, "x"]], "a position unasked": [[1, 0], STREAM, [12, 1, 0, 0]],
    "an upstream after its end": [[1, 0], [2, 1, "channel", 0, None, 4, None], [8, 1], [8, 1]],
}  # fmt: skip
IGNORED = {
    "what belongs to no call": [[1, 0], [3, 1], [4, 1, 9], [5, 2], [7, 1, None, 1], [8, 1], [9, 2, "x"], [12, 1, 0, 0]],
    "a topic that feeds nothing": ["events", 1, 0, 1, ["a"]],
    "items without an upstream": [[1, 0], CALL, [7, 1, None, "x"], [8, 1]],
    "credit for a call": [[1, 0], CALL, [4, 1, 64]],
}  # fmt: skip


async def rules_that_are_broken(world: World) -> dict:
    """Each closes with its code, and the session is over."""
    for what, message in BROKEN.items():
        line = await world.line()
        line.say(message)
        expect(await line.closed(), 4400, what)
        back = await world.line(session=line.welcome["session"])
        expect(back.welcome["resumed"], False, what)
        back.ws.cut()
    large = await world.line()
    large.say([[1, 0], [1, 1, "echo", 0, None, "x" * 2_100_000]])
    expect(await large.closed() in (4413, 1009), True)
    return {"violations": len(BROKEN) + 1}


async def what_has_crossed_another(world: World) -> dict:
    """Ignored: what comes next is answered."""
    for message in IGNORED.values():
        line = await world.line()
        line.say(message)
        frames = len(message) - 1 if message[0] != "events" else 0
        line.say([[frames + 1, 0], [1, 99, "whoami", 0, None]])
        while {"op": 5, "id": 99, "value": "ada"} not in (await line.hear()).get("frames", []):
            pass
        line.ws.cut()
    return {"ignored": len(IGNORED)}


async def tokens_of_a_session(world: World) -> dict:
    """A takeover closes the older transport; an older token, or another's, resumes nothing."""
    old = await world.line()
    token = old.welcome["session"]
    other = await world.line(auth="bob", session=token)
    expect(other.welcome["resumed"], False)
    new = await world.line(session=token)
    expect((new.welcome["resumed"], new.welcome["session"] != token), (True, True))
    expect(await old.closed(), 4409)
    again = await world.line(session=token)  # the welcome before might have been lost
    expect((again.welcome["resumed"], await new.closed()), (True, 4409))
    again.say([[1, 0], [1, 1, "whoami", 0, None]])
    expect((await again.hear())["frames"], [{"op": 5, "id": 1, "value": "ada"}])
    late = await world.line(session=token)
    expect(late.welcome["resumed"], False)
    fresh = await world.line(received=7)  # which means nothing where no session is resumed
    expect((fresh.welcome["resumed"], fresh.welcome["received"]), (False, 0))
    wrong = await world.line(session=again.welcome["session"], received=99)
    expect(await wrong.closed(), 4400)
    return {"takeovers": 2}


LINES = [doors_that_stay_shut, rules_that_are_broken, what_has_crossed_another, tokens_of_a_session]
