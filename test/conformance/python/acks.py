"""When a line acknowledges what it received, where nothing else is said (PROTOCOL.md section 5.1)."""
from __future__ import annotations

import asyncio
from typing import Callable

SOON_S, FRAMES, BYTES, LARGE_MESSAGE = 0.1, 256, 65_536, 32_768


class Acknowledgements:
    """Every batch acknowledges: `due` is called when one has to be sent for that alone."""

    def __init__(self, due: Callable[[], None]):
        self.due = due
        self.frames = self.bytes = 0
        self.timer: asyncio.TimerHandle | None = None

    def received(self, frames: int, size: int, part: bool) -> None:
        self.frames += frames
        self.bytes += size
        if part or size > LARGE_MESSAGE or self.frames >= FRAMES or self.bytes >= BYTES:
            self.due()
        elif self.frames and self.timer is None:
            self.timer = asyncio.get_running_loop().call_later(SOON_S, self.due)

    def said(self) -> None:
        self.frames = self.bytes = 0
        if self.timer:
            self.timer.cancel()
            self.timer = None
