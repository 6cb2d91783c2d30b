"""Scripted conversations: `python3 scenarios.py <port> <port that beats often> <port that may be drained>`,
and the names of some, where not all are wanted.

One line of JSON for each scenario. The first thing that is not as it must be ends it with a traceback and the status 1.
"""
from __future__ import annotations

import asyncio
import json
import sys

from scenarios_calls import CALLS
from scenarios_lines import LINES
from scenarios_servers import SERVERS
from scenarios_streams import STREAMS
from scenarios_topics import TOPICS
from world import World


async def main(ports: list[int], wanted: list[str]) -> None:
    world = World(*ports)
    for scenario in (*CALLS, *STREAMS, *TOPICS, *LINES, *SERVERS):
        name = scenario.__name__.replace("_", " ")
        if wanted and name not in wanted:
            continue
        figures = await asyncio.wait_for(scenario(world), 20)
        print(json.dumps({"scenario": name, **figures}), flush=True)
    await world.close()
    print(json.dumps({"scenario": "all of them", **world.figures()}))


if __name__ == "__main__":
    asyncio.run(main([int(port) for port in sys.argv[1:4]], sys.argv[4:]))
