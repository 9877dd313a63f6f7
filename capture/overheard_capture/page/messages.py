"""The request and the response of a conversation, as they crossed the wire and as the two sides read them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from overheard_capture.captures.reader import CaptureReader
from overheard_capture.packets.dissector import Dissector
from overheard_capture.packets.types import Segment
from overheard_capture.wireshark.tshark import decrypt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from overheard_capture.wireshark.keys import TlsKeys
    from overheard_capture.wireshark.tshark import DecryptedData, TsharkInput

# So many frames are read: the messages of the story are in the first thirty.
_MOST = 400
# TLS records (RFC 8446, 5.1): type, version, length.
_HEADER, _APPLICATION_DATA, _FIRST_TYPE, _LAST_TYPE = 5, 23, 20, 24
# How much longer a record is than what is in it, and where that begins. In TLS 1.3 a tag of 16 bytes and the type are
# behind it; up to TLS 1.2 there is also a nonce before it (RFC 5288, 3), which ChaCha20 does without (RFC 7905).
_BEGINS_AT = {16 + 1: 0, 8 + 16: 8, 16: 0}


@dataclass(frozen=True)
class SentMessage:
    """What one side sent.

    `wire` is what crossed the wire, without the headers and tags of records, and `plain` what was in it, byte for byte
    at the same place; empty where no key opens it. `frames` are those that carried it.
    """

    frames: tuple[int, ...]
    wire: bytes
    plain: bytes

    @property
    def is_clear(self) -> bool:
        """Whether the wire showed it as it is."""
        return self.wire == self.plain


@dataclass(frozen=True)
class SentStream:
    """One direction of a TCP connection: payloads in the order of their sequence numbers, with their frames."""

    pieces: tuple[tuple[int, bytes], ...]

    @property
    def data(self) -> bytes:
        """All of it."""
        return b"".join(data for _, data in self.pieces)

    def frame_at(self, offset: int) -> int:
        """The frame that carried the byte at an offset."""
        for frame, data in self.pieces:
            offset -= len(data)
            if offset < 0:
                return frame
        return self.pieces[-1][0]


def messages(capture: TsharkInput, keys: TlsKeys, carrier: int | None = None) -> tuple[SentMessage, SentMessage]:
    """The request and the response of one conversation of a recording. Raises UnreadableError.

    It is that of the frame `carrier`, which carried the secret; if that is not known, the first one. What frames after
    the first `_MOST` carried is left out.
    """
    number, both = _conversation(capture, carrier)
    if not any(stream.data and _FIRST_TYPE <= stream.data[0] <= _LAST_TYPE for stream in both):
        request, response = (_clear(stream) for stream in both)
        return request, response
    opened = decrypt(capture.up_to(_MOST), keys, [number]).data
    request, response = (_sealed(stream, opened) for stream in both)
    return request, response


def _conversation(capture: TsharkInput, carrier: int | None) -> tuple[int, tuple[SentStream, SentStream]]:
    """The number of a TCP connection as tshark counts them, and what its client and its server sent."""
    dissector, chosen = Dissector(), 0
    # The client and the server of each, and what was sent from one end to another.
    begun: list[tuple[object, object]] = []
    sent: dict[tuple[object, object], dict[int, tuple[int, bytes]]] = {}
    for frame in islice(CaptureReader([capture.path]).frames(), _MOST):
        for packet in dissector.packets(frame):
            if isinstance(packet, Segment):
                ends = (packet.source, packet.target)
                if ends not in begun and ends[::-1] not in begun:
                    begun.append(ends)
                if packet.frame == carrier:
                    chosen = begun.index(ends if ends in begun else ends[::-1])
                if packet.payload:
                    # What is sent again has the same number.
                    sent.setdefault(ends, {}).setdefault(packet.sequence, (packet.frame, packet.payload))
    client, server = begun[chosen] if begun else (None, None)
    of_client, of_server = sent.get((client, server), {}), sent.get((server, client), {})
    return chosen, (SentStream(tuple(of_client.values())), SentStream(tuple(of_server.values())))


def _clear(stream: SentStream) -> SentMessage:
    return SentMessage(tuple(frame for frame, _ in stream.pieces), stream.data, stream.data)


def _sealed(stream: SentStream, opened: Sequence[DecryptedData]) -> SentMessage:
    """What the records of application data in a direction carried; with what keys open of them, if they do."""
    own = {frame for frame, _ in stream.pieces}
    waiting = [each for each in opened if each.frame in own]
    found = []
    for start, end, frame in _records(stream):
        if waiting and waiting[0].frame == frame and (end - start) - len(waiting[0].data) in _BEGINS_AT:
            plain = waiting.pop(0).data
            begins = start + _BEGINS_AT[(end - start) - len(plain)]
            found.append(SentMessage((frame,), stream.data[begins : begins + len(plain)], plain))
        elif not opened:
            found.append(SentMessage((frame,), stream.data[start:end], b""))
    frames = tuple(dict.fromkeys(frame for each in found for frame in each.frames))
    return SentMessage(frames, b"".join(each.wire for each in found), b"".join(each.plain for each in found))


def _records(stream: SentStream) -> Iterator[tuple[int, int, int]]:
    """Where the fragment of each record of application data begins and ends, and the frame with its last byte."""
    data, at = stream.data, 0
    while at + _HEADER <= len(data):
        end = at + _HEADER + int.from_bytes(data[at + 3 : at + _HEADER])
        if data[at] == _APPLICATION_DATA and end <= len(data):
            yield at + _HEADER, end, stream.frame_at(end - 1)
        at = end
