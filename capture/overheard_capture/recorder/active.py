"""The recorder: makes recordings that begin and end with a mark, whose arrival it waits for."""

from __future__ import annotations

import socket
import struct
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from overheard.words.errors import RecordingError
from overheard.words.named_tuple import NamedTuple
from overheard.words.recording import DUMPCAP, MARK_GROUP, MARK_PORT, PADDING, RELAY, Recording, new_mark
from overheard_capture.captures.reader import read
from overheard_capture.captures.recording import digest
from overheard_capture.packets import Dissector, Segment
from overheard_capture.reassembly.connection import counted_only
from overheard_capture.reassembly.connections import ConnectionTable
from overheard_capture.recorder.dumpcap import Dumpcap, Tap
from overheard_capture.recorder.forwards import RelayTap
from overheard_capture.recorder.notes import write_notes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from overheard_capture.reassembly.connection import Connection
    from overheard_capture.recorder.relay import Relay

# A mark can be lost like any datagram, and is then sent again.
_RETRY_AFTER = 0.5
# The kernel hands packets over when a block of 256 KiB is full, or after a quarter of a second. On `lo`, where a
# datagram may be as long as this, so many marks that are padded fill one at once.
_LO, _LONG, _BLOCK = "lo", 60_000, 5


def send_mark(payload: bytes, interface: str, port: int = 0, *, at_once: bool = False) -> None:
    """Send a mark through `interface`, from `port` if it is given. Its time to live of 1 keeps it on the local network.

    With `at_once`, it is repeated with padding, so that nobody waits for it. Raises OSError.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        index = socket.if_nametoindex(interface)
        # The port may be reserved for this recording.
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sender.bind(("", port))
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack("4s4si", bytes(4), bytes(4), index))
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
        for padded in (payload, *([payload.ljust(_LONG, PADDING)] * _BLOCK if at_once else ())):
            sender.sendto(padded, (MARK_GROUP, MARK_PORT))


class Marking(NamedTuple):
    """How a recording is marked.

    Marks are sent from `port`, if it is given: a capture filter can tell them from those of other recordings. With
    `at_once`, they are padded on `lo`, so that nobody waits for them: the recording is 600 kB larger. A mark may take
    `patience` seconds, or those of the recording if they are more.
    """

    port: int = 0
    at_once: bool = False
    patience: float = 0


_MARKING = Marking()


@dataclass
class ActiveRecording:
    """A recording in progress; create it with `begin`."""

    name: str
    path: Path
    tap: Tap | RelayTap
    patience: float
    recorder: Dumpcap | Relay
    started: float
    start_mark: bytes
    marks: Marking

    @classmethod
    def begin(cls, name: str, path: Path, tap: Tap | RelayTap, *, patience: float, marks: Marking = _MARKING) -> Self:
        """Begin a recording. Returns once the start mark was recorded.

        `patience` is how many seconds to wait for a mark, and at the end for open streams.

        A missing mark does not stop the recording: the judge reports that it is not in the file.
        Raises RecordingError, and leaves no file, if the recorder does not start or no mark can be sent.
        """
        recorder = _started(tap, path)
        active = cls(name, path, recorder.tap, patience, recorder, time.time(), new_mark(), marks)
        try:
            active._send_until_seen(active.start_mark)
        except OSError as problem:
            active.recorder.stop()
            path.unlink()
            raise RecordingError(
                f"no mark can be sent through {tap.interface!r}: {problem.strerror or problem}",
                hint="name one interface that is up and has an IPv4 address",
            ) from None
        return active

    @property
    def relay_ports(self) -> Sequence[int]:
        """The ports on which a relay listens."""
        return [forward.port for forward in self.tap.forwards] if isinstance(self.tap, RelayTap) else ()

    def end(self) -> Recording:
        """End the recording, and write the recorder's notes beside it. Raises RecordingError if that fails."""
        *earlier, end_mark = self._send_end_marks()
        alive = self.recorder.alive
        code = self.recorder.stop()
        try:
            recording = Recording(
                name=self.name,
                interface=self.tap.interface,
                capture_filter=self.tap.capture_filter,
                snap_length=self.tap.snap_length,
                started=self.started,
                ended=time.time(),
                start_mark=self.start_mark.decode(),
                end_mark=end_mark.decode(),
                recorder_alive=alive,
                exit_code=code,
                sha256=digest(self.path),
                recorder_said=self.recorder.stderr,
                earlier_marks=b",".join(earlier).decode(),
                tap=DUMPCAP if isinstance(self.recorder, Dumpcap) else RELAY,
            )
            write_notes(self.path, recording)
        except OSError as problem:
            raise RecordingError(
                f"the recorder's notes cannot be written: {problem.strerror}",
                hint="free some disk space, and record again",
            ) from None
        return recording

    def abandon(self) -> None:
        """Stop recording at once. The file has what was recorded, without notes and without an end mark."""
        self.recorder.stop()

    def _send_end_marks(self) -> list[bytes]:
        """Send end marks until no stream is open, or for `patience` seconds. Returns them; the last one counts.

        A server may close its side a moment after its client.
        """
        marks: list[bytes] = []
        if not isinstance(self.recorder, Dumpcap):
            # A relay knows what is open, even before it is in the recording.
            self.recorder.wait_until_idle(self.patience)
            marks.append(new_mark())
            self.recorder.write_mark(marks[-1])
            return marks
        deadline = time.monotonic() + self.patience
        while True:
            marks.append(new_mark())
            # If the interface is gone by now, the judge reports that the mark is missing.
            with suppress(OSError):
                if self._send_until_seen(marks[-1]) and time.monotonic() < deadline and _has_open_stream(self.path):
                    continue
            return marks

    def _send_until_seen(self, payload: bytes) -> bool:
        if not isinstance(self.recorder, Dumpcap):
            return self.recorder.write_mark(payload)
        self.recorder.expect_payload(payload)
        # A frame that is cut short would be a reason against PROTECTED.
        at_once = self.marks.at_once and self.tap.interface == _LO and not self.tap.snap_length
        deadline = time.monotonic() + max(self.patience, self.marks.patience)
        while time.monotonic() < deadline and self.recorder.alive:
            send_mark(payload, self.tap.interface, self.marks.port, at_once=at_once)
            if self.recorder.wait_for_payload(payload, timeout=_RETRY_AFTER):
                return True
        return False


def _started(tap: Tap | RelayTap, path: Path) -> Dumpcap | Relay:
    if isinstance(tap, Tap):
        return Dumpcap(tap, path)
    from overheard_capture.recorder.relay import Relay  # noqa: PLC0415  (few need one, and asyncio takes time)

    return Relay(tap, path)


def _has_open_stream(path: Path) -> bool:
    """Whether a stream that began in the recording has not ended yet."""
    found: list[Connection] = []
    connections, dissector, now = ConnectionTable(counted_only, found.append), Dissector(), 0.0
    for frame in read(path).frames:
        now = max(now, frame.time)
        for packet in dissector.packets(frame):
            if isinstance(packet, Segment):
                connections.add(packet, frame.time)
    connections.finish()
    return any(each.client.opened and not (each.complete or each.failed(now)) for each in found)
