"""A relay that records the TCP connections that it passes on, for machines on which nobody may capture.

It records them as a capture would show them between the relay and the server, before it passes anything on. What does
not go through it is not recorded.
"""

from __future__ import annotations

import asyncio
import errno
import secrets
import socket
import threading
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from overheard.words.errors import RecordingError
from overheard.words.recording import MARK_GROUP, MARK_PORT
from overheard_capture.recorder.forwards import RelayTap
from overheard_capture.recorder.ip_packets import CLIENT, MOST_BYTES, SERVER, TcpPackets, datagram
from overheard_capture.recorder.pcapng_file import PcapngFile
from overheard_capture.recorder.relay_sockets import addresses, reason, received, reset

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence
    from pathlib import Path

    from overheard_capture.recorder.forwards import Forward
    from overheard_capture.recorder.ip_packets import Endpoint

T = TypeVar("T")

# Where marks come from. They are written, and not sent.
_SENDER = "127.0.0.1", MARK_PORT
# How many clients may wait to be accepted. Whoever does not find room tries again after a second.
_BACKLOG = 1024
# How often the buffer of a socket is read once its connection broke off: it holds less than that.
_READS_OF_REST = 1000


class Relay:
    """A running relay. Raises RecordingError if it does not start.

    It reads from the sockets itself: what the streams of asyncio have received, but not handed out yet, is lost when a
    connection breaks off. That would have been sent, and not recorded.
    """

    def __init__(self, tap: RelayTap, path: Path) -> None:
        self._file = PcapngFile(path)
        self._failed = False
        self._messages: dict[str, None] = {}
        self._listening: dict[socket.socket, Forward] = {}
        self._connections: set[asyncio.Task[None]] = set()
        # Everything is done in one thread, so that packets are recorded one after the other. This loop can tell
        # everywhere, also on Windows, when a socket is readable.
        self._loop = asyncio.SelectorEventLoop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="relay", daemon=True)
        self._thread.start()
        forwards: list[Forward] = []
        try:
            for forward in tap.forwards:
                forwards.append(replace(forward, port=self._run(self._listen(forward))))
        except OSError as problem:
            self.stop()
            path.unlink()
            raise RecordingError(
                f"the relay cannot listen on {forward.address}:{forward.port}: {reason(problem)}",
                hint="choose another address or port for it",
            ) from None
        # Its forwards, with the ports on which it listens.
        self.tap = RelayTap(tuple(forwards))

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

    def wait_until_idle(self, patience: float) -> None:
        """Wait until all connections have ended, or for `patience` seconds."""

        async def wait() -> None:
            ends = self._loop.time() + patience
            self._accept_all()
            while self._connections and (left := ends - self._loop.time()) > 0:
                await asyncio.wait(self._connections, timeout=left)
                self._accept_all()

        self._run(wait())

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

    async def _listen(self, forward: Forward) -> int:
        """Listen on every address that its name stands for. Returns the port. Raises OSError."""
        for family, address in await addresses(forward.address, forward.port):
            listening = socket.create_server(address, family=family, backlog=_BACKLOG)
            self._listening[listening] = forward
            listening.setblocking(False)
            self._loop.add_reader(listening, self._accept, listening)
        port: int = listening.getsockname()[1]
        return port

    async def _end(self) -> None:
        self._accept_all()
        for listening in list(self._listening):
            self._close(listening)
        # A task that is cancelled before it begins does nothing.
        await asyncio.sleep(0)
        connections = list(self._connections)
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    def _close(self, listening: socket.socket) -> None:
        del self._listening[listening]
        self._loop.remove_reader(listening)
        listening.close()

    def _accept_all(self) -> None:
        for listening in list(self._listening):
            self._accept(listening)

    def _accept(self, listening: socket.socket) -> None:
        """Accept all connections that wait."""
        try:
            while True:
                client, address = listening.accept()
                client.setblocking(False)
                connection = self._loop.create_task(self._pass_on(client, address[:2], self._listening[listening]))
                self._connections.add(connection)
                connection.add_done_callback(self._ended)
        except (BlockingIOError, ConnectionAbortedError):
            pass
        except OSError as problem:
            # What those who wait have sent is not recorded.
            self._fail(problem)
            self._close(listening)

    def _ended(self, connection: asyncio.Task[None]) -> None:
        self._connections.discard(connection)
        if not connection.cancelled() and (problem := connection.exception()):
            self._fail(problem)

    async def _pass_on(self, client: socket.socket, address: Endpoint, forward: Forward) -> None:
        """Pass on one connection, until both ends have closed it, or one broke it off."""
        ends = [client]
        try:
            server, packets = await self._connected(forward)
            ends.append(server)
            self._record(*packets.opening())
            await self._exchange(ends, packets)
        except OSError as problem:
            self._messages[f"{forward.server}:{forward.server_port}: {reason(problem)}"] = None
        except asyncio.CancelledError:
            if len(ends) == 1:
                # What the client has sent was not recorded: in the recording, its connection has no end.
                with suppress(_UnrecordedError):
                    self._record(*TcpPackets(address, client.getsockname()[:2]).opening())
            raise
        except _UnrecordedError:
            pass
        finally:
            # It has no effect on what was closed.
            for each in ends:
                reset(each)

    async def _connected(self, forward: Forward) -> tuple[socket.socket, TcpPackets]:
        """A connection to the server, at the first of its addresses that accepts one. Raises OSError if none does."""
        refused: list[OSError] = []
        for family, address in await addresses(forward.server, forward.server_port):
            try:
                server = socket.socket(family, socket.SOCK_STREAM)
            except OSError as problem:
                refused.append(problem)
                if problem.errno == errno.EAFNOSUPPORT:
                    continue
                # It is not the server that refuses.
                self._fail(problem)
                raise _UnrecordedError from None
            try:
                server.setblocking(False)
                # A server may accept a connection and break it off at once.
                with suppress(ConnectionResetError, BrokenPipeError):
                    await self._loop.sock_connect(server, address)
                # If ports are used again, Wireshark tells connections by their first sequence numbers.
                first = secrets.randbits(32)
                return server, TcpPackets(server.getsockname()[:2], (address[0], forward.server_port), first)
            except OSError as problem:
                server.close()
                refused.append(problem)
            except asyncio.CancelledError:
                server.close()
                raise
        raise refused[0]

    async def _exchange(self, ends: Sequence[socket.socket], packets: TcpPackets) -> None:
        """Copy both ways, and close what has ended."""
        for each in ends:
            # Without this, urgent data would be left out.
            with suppress(OSError):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
        try:
            async with asyncio.TaskGroup() as both:
                for end in CLIENT, SERVER:
                    both.create_task(self._copy(ends, end, packets))
            for each in ends:
                each.close()
        except* (_BrokenOffError, _UnrecordedError):
            pass

    async def _copy(self, ends: Sequence[socket.socket], end: int, packets: TcpPackets) -> None:
        """Record what one end sends, and pass it on, until it closes its side. Raises _BrokenOffError."""
        source, target = ends[end], ends[1 - end]
        broke_off = end
        try:
            while data := await received(source):
                self._record(packets.data(end, data))
                broke_off = 1 - end
                await self._loop.sock_sendall(target, data)
                broke_off = end
            self._record(packets.closing(end))
            broke_off = 1 - end
            target.shutdown(socket.SHUT_WR)
        except OSError:
            self._record_rest(ends, packets)
            self._record(packets.reset(broke_off))
            raise _BrokenOffError from None

    def _record_rest(self, ends: Sequence[socket.socket], packets: TcpPackets) -> None:
        """Record what was sent before a connection broke off, and is not passed on any more."""
        for end, source in enumerate(ends):
            with suppress(OSError):
                for _ in range(_READS_OF_REST):
                    if data := source.recv(MOST_BYTES):
                        self._record(packets.data(end, data))

    def _record(self, *packets: bytes) -> None:
        """Record packets. Raises _UnrecordedError if that fails or has failed before: nothing may be passed on then."""
        try:
            for packet in packets if self.alive else ():
                self._file.add(packet)
        except OSError as problem:
            self._fail(problem)
        if self._failed:
            raise _UnrecordedError

    def _fail(self, problem: BaseException) -> None:
        self._failed = True
        self._messages[getattr(problem, "strerror", None) or str(problem) or type(problem).__name__] = None


class _BrokenOffError(Exception):
    """One end broke a connection off."""


class _UnrecordedError(Exception):
    """Something could not be recorded."""
