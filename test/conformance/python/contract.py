"""The contract of ../contract.ts, as this end knows it."""
from __future__ import annotations

from calls import Procedure

RICH = {
    "object": {
        "at": "date",
        "total": "bigint",
        "raw": {"list": "bytes"},
        "names": {"map": ["string", "date"]},
        "tags": {"set": "bigint"},
        "either": {"list": {"oneOf": ["string", "date", "undefined"]}},
    }
}

echo = Procedure("echo")
rich = Procedure("values", input=RICH, output=RICH)
raw = Procedure("bytes", input="bytes", output="bytes")
whoami = Procedure("whoami")
trace = Procedure("trace")
work = Procedure("work", "mutation")
look = Procedure("look")
starts = Procedure("starts")
broken = Procedure("broken", "mutation")
reach = Procedure("reach", "mutation", idempotent=True)
reached = Procedure("reached")
count = Procedure("count", "subscription")
anonymous = Procedure("anonymous", "subscription")
news = Procedure("news", "subscription")
publish = Procedure("publish", "mutation")
upload = Procedure("upload", "mutation", upstream="bytes")
first = Procedure("first", "mutation", upstream="string")
channel = Procedure("channel", "subscription", upstream="string")
ask = Procedure("ask", "mutation")
invalidate = Procedure("invalidate", "mutation")
forget = Procedure("forget", "mutation")
drain = Procedure("drain", "mutation")
absent = Procedure("absent")
differences = Procedure("$contract")
