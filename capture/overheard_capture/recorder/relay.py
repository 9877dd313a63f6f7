"""A relay that records the TCP connections that it passes on, for machines on which nobody may capture.

It records them as a capture would show them between the relay and the server, before it passes anything on. What does
not go through it is not recorded.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from overheard.words.errors import RecordingError
from overheard.words.recording import MARK_GROUP, MARK_PORT
from overheard_capture.recorder.forwards import RelayTap
from overheard_capture.recorder.ip_packets import CLIENT, MOST_BYTES, SERVER, TcpPackets, datagram
from overheard_capture.recorder.pcapng_file import PcapngFile

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from collections.abc import Coroutine
    from pathlib import Path

    from overheard_capture.recorder.forwards import Forward

T = TypeVar("T")

# Where marks come from. They are written, and not sent.
_SENDER = "127.0.0.1", MARK_PORT
# Two numbers are the value of SO_LINGER, which Windows has shorter.
_LINGER = "hh" if sys.platform == "win32" else "ii"


class Relay:
    """A running relay. Raises RecordingError if it does not start."""

    def __init__(self, tap: RelayTap, path: Path) -> None:
        self._file = PcapngFile(path)
        self._failed = False
        self._messages: dict[str, None] = {}
        self._forwards = tap.forwards
        self._servers: list[asyncio.Server] = []
        # Everything is done in one thread, so that packets are recorded one after the other.
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="relay", daemon=True)
        self._thread.start()
        try:
            for forward in tap.forwards:
                self._servers.append(self._run(self._listen(forward)))
        except OSError as problem:
            self.stop()
            path.unlink()
            raise RecordingError(
                f"the relay cannot listen on {forward.address}:{forward.port}: {problem.strerror or problem}",
                hint="choose another address or port for it",
            ) from None

    @property
    def tap(self) -> RelayTap:
        """Its forwards, with the ports on which it listens."""
        return RelayTap(tuple(map(_listening, self._forwards, self._servers)))

    @property
    def alive(self) -> bool:
        """Whether it passes connections on, and has recorded all of them."""
        return not self._failed

    @property
    def stderr(self) -> str:
        """What went wrong."""
        return "; ".join(self._messages)

    def write_mark(self, payload: bytes) -> bool:
        """Write a mark to the recording. Returns whether that worked."""

        async def write() -> None:
            with suppress(_UnrecordedError):
                self._record(datagram(_SENDER, (MARK_GROUP, MARK_PORT), payload))

        self._run(write())
        return self.alive

    def stop(self) -> int:
        """Break off all connections, and close the file. Returns 0, or 1 if not everything could be recorded."""
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        with suppress(OSError):
            self._file.close(whole=self.alive)
        return int(self._failed)

    def _run(self, work: Coroutine[None, None, T]) -> T:
        """Do something in the relay's thread, and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _listen(self, forward: Forward) -> asyncio.Server:
        async def accept(reader: StreamReader, writer: StreamWriter) -> None:
            # Connections are cancelled at the end. asyncio would take that for an error of this function.
            with suppress(asyncio.CancelledError):
                await self._pass_on(forward, reader, writer)

        return await asyncio.start_server(accept, forward.address, forward.port)

    async def _end(self) -> None:
        for server in self._servers:
            server.close()
        connections = asyncio.all_tasks() - {asyncio.current_task()}
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    async def _pass_on(self, forward: Forward, reader: StreamReader, writer: StreamWriter) -> None:
        """Pass on one connection, until both ends have closed it, or one broke it off."""
        try:
            from_server, to_server = await asyncio.open_connection(forward.server, forward.server_port)
        except OSError as problem:
            self._messages[f"{forward.server}:{forward.server_port}: {problem.strerror or problem}"] = None
            _reset(writer)
            return
        packets = TcpPackets(*(to_server.get_extra_info(name)[:2] for name in ("sockname", "peername")))
        try:
            self._record(*packets.opening())
            async with asyncio.TaskGroup() as both:
                both.create_task(self._copy(reader, to_server, packets, CLIENT))
                both.create_task(self._copy(from_server, writer, packets, SERVER))
            for each in (to_server, writer):
                each.close()
                await each.wait_closed()
        except* (OSError, _UnrecordedError):
            pass
        finally:
            # It has no effect on what was closed.
            _reset(writer)
            _reset(to_server)

    async def _copy(self, reader: StreamReader, writer: StreamWriter, packets: TcpPackets, end: int) -> None:
        """Record what one end sends, and pass it on, until it closes its side. Raises OSError if an end breaks off."""
        broke_off = end
        try:
            while data := await reader.read(MOST_BYTES):
                self._record(packets.data(end, data))
                writer.write(data)
                broke_off = 1 - end
                await writer.drain()
                broke_off = end
            self._record(packets.closing(end))
            writer.write_eof()
        except OSError:
            self._record(packets.reset(broke_off))
            raise

    def _record(self, *packets: bytes) -> None:
        """Record packets. Raises _UnrecordedError if that fails or has failed before: nothing may be passed on then."""
        try:
            for packet in packets if self.alive else ():
                self._file.add(packet)
        except OSError as problem:
            self._failed = True
            self._messages[problem.strerror or str(problem)] = None
        if self._failed:
            raise _UnrecordedError


def _listening(forward: Forward, server: asyncio.Server) -> Forward:
    return replace(forward, port=server.sockets[0].getsockname()[1])


def _reset(writer: StreamWriter) -> None:
    """Break a connection off, so that the other end notices: by RST instead of FIN (SO_LINGER in socket(7))."""
    if not writer.is_closing():
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(_LINGER, 1, 0))
    writer.transport.abort()


class _UnrecordedError(Exception):
    """Something could not be recorded."""
