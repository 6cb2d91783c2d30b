"""A WebSocket client (RFC 6455) over a plain socket: the opening handshake, frames, and an end that can be cut off."""
from __future__ import annotations

import asyncio
import base64
import hashlib
import os


CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Refused(Exception):
    """The server refused the upgrade: its status, headers and body."""

    def __init__(self, status: int, headers: dict[str, str], body: str):
        super().__init__(f"HTTP {status}: {body}")
        self.status, self.headers, self.body = status, headers, body


class WebSocket:
    """One connection. `close_code` is known when `receive` gives None: 1006 if no close frame came."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.reader, self.writer = reader, writer
        self.close_code = 1006
        self.pings = 0
        self.heard = asyncio.get_running_loop().time()
        #: Bytes of a message above which it goes in several frames, with a ping between them.
        self.fragment = 1 << 20
        self._closing = False

    @classmethod
    async def open(cls, host: str, port: int, *, protocol: str | None = "trunkline.1", origin: str | None = None):
        reader, writer = await asyncio.open_connection(host, port, limit=1 << 20)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = ["GET / HTTP/1.1", f"Host: {host}:{port}", "Upgrade: websocket", "Connection: Upgrade",
                 f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"]  # fmt: skip
        lines += [f"Sec-WebSocket-Protocol: {protocol}"] if protocol else []
        lines += [f"Origin: {origin}"] if origin else []
        writer.write("\r\n".join([*lines, "", ""]).encode())
        try:
            await handshake(reader, key, protocol)
        except BaseException:
            writer.close()
            raise
        return cls(reader, writer)

    async def receive(self) -> str | bytes | None:
        """The next message; None when there will be none."""
        try:
            return await self._message()
        except (asyncio.IncompleteReadError, OSError):
            return None
        except UnicodeDecodeError:
            self.close(1007)
            return None

    async def _message(self) -> str | bytes | None:
        kind, pieces = 0, []
        while True:
            final, op, payload = await self._frame()
            if op == PING:
                self.pings += 1
                self._send_frame(PONG, payload)
            elif op == CLOSE:
                self.close_code = int.from_bytes(payload[:2], "big") if payload else 1005
                self.close(self.close_code if payload else 1000)
                self.writer.close()
                return None
            elif op != PONG:
                if (op == CONTINUATION) != bool(pieces) or op > BINARY:
                    self.close(1002)
                    return None
                kind = op or kind
                pieces.append(payload)
                if final:
                    data = b"".join(pieces)
                    return data.decode() if kind == TEXT else data

    async def _frame(self) -> tuple[bool, int, bytes]:
        first, second = await self._read(2)
        length = second & 0x7F
        if length > 125:
            length = int.from_bytes(await self._read(2 if length == 126 else 8), "big")
        final, op = bool(first & 0x80), first & 0x0F
        if first & 0x70 or second & 0x80 or (op >= CLOSE and (length > 125 or not final)):
            self.close(1002)
            raise asyncio.IncompleteReadError(b"", None)
        return final, op, await self._read(length)

    async def _read(self, length: int) -> bytes:
        """Any byte counts as heard, so a long message is read as it comes."""
        data = bytearray()
        while len(data) < length:
            piece = await self.reader.read(length - len(data))
            if not piece:
                raise asyncio.IncompleteReadError(bytes(data), length)
            self.heard = asyncio.get_running_loop().time()
            data += piece
        return bytes(data)

    def send(self, data: str | bytes) -> None:
        op, payload = (TEXT, data.encode()) if isinstance(data, str) else (BINARY, data)
        for at in range(0, max(len(payload), 1), self.fragment):
            end = at + self.fragment
            self._send_frame(op if at == 0 else CONTINUATION, payload[at:end], final=end >= len(payload))
            if end < len(payload):
                self.ping()

    def ping(self) -> None:
        self._send_frame(PING, b"are you there")

    def _send_frame(self, op: int, payload: bytes, final: bool = True) -> None:
        if self._closing or self.writer.is_closing():
            return
        self.writer.write(frame(op, payload, final))

    def send_half(self, data: str) -> None:
        """A message of which the other end gets half."""
        whole = frame(TEXT, data.encode(), True)
        self.writer.write(whole[: len(whole) // 2])

    def close(self, code: int) -> None:
        """Says so; `receive` gives None when the other end has answered, or 2 seconds later."""
        if self._closing:
            return
        self._send_frame(CLOSE, code.to_bytes(2, "big"))
        self._closing = True
        asyncio.get_running_loop().call_later(2, self.writer.transport.abort)

    def cut(self) -> None:
        """As a network does it: what was written may have left, what arrives is lost, nobody says a word."""
        self.close_code, self._closing = 1006, True
        self.writer.transport.abort()

    @property
    def waiting_bytes(self) -> int:
        return self.writer.transport.get_write_buffer_size()


def frame(op: int, payload: bytes, final: bool) -> bytes:
    size = len(payload)
    short, extended = size, b""
    if size > 125:
        short, extended = (126, size.to_bytes(2, "big")) if size <= 0xFFFF else (127, size.to_bytes(8, "big"))
    key = os.urandom(4)
    return bytes([op | (0x80 if final else 0), 0x80 | short]) + extended + key + masked(payload, key)


def masked(payload: bytes, key: bytes) -> bytes:
    size = len(payload)
    stream = (key * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(stream, "big")).to_bytes(size, "big")


async def handshake(reader: asyncio.StreamReader, key: str, protocol: str | None) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    status = int(head[0].split(" ")[1])
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    if status != 101:
        raise Refused(status, headers, (await reader.read()).decode("utf-8", "replace"))
    accept = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
    if headers.get("sec-websocket-accept") != accept or headers.get("sec-websocket-protocol") != protocol:
        raise Refused(status, headers, "not the answer to this request")


