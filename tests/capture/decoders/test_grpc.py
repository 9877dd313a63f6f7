"""gRPC by grpcio, over a socket that is recorded; and message by message."""

from __future__ import annotations

import base64
import contextlib
import gzip
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import grpc  # type: ignore[import-untyped]  # it publishes no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capture.played import VALUE, outcome, played, seen
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.grpc import GrpcReader
from overheard_capture.decoders.messages import LAYER as JOINED
from overheard_capture.decoders.protobuf import NotProtobufError, ProtobufFields, fields
from overheard_capture.decoders.registry import body_reader, decoding
from overheard_capture.protocols.http2.reader import http2
from processes import LONG

if TYPE_CHECKING:
    from collections.abc import Iterator

# Fields 1 (a number), 2 (a text), and 3 (a message with a text in its field 1).
INNER = b"\x0a" + bytes([len(VALUE)]) + VALUE
MESSAGE = b"\x08\x96\x01\x12\x07testing\x1a" + bytes([len(INNER)]) + INNER


class Tap:
    """Relays bytes between a client and a server, and records them."""

    def __init__(self, port: int) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.sent, self.answered = bytearray(), bytearray()
        self._target = port
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        client, _ = self._listening.accept()
        server = socket.create_connection(("127.0.0.1", self._target))
        back = threading.Thread(target=self._pass_on, args=(server, client, self.answered))
        back.start()
        self._pass_on(client, server, self.sent)
        back.join()
        for each in (client, server, self._listening):
            each.close()

    @staticmethod
    def _pass_on(source: socket.socket, target: socket.socket, kept: bytearray) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                kept += data
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def join(self) -> None:
        self._threads[0].join(LONG)


@pytest.fixture
def served() -> Iterator[int]:
    """The port of an echo server."""
    server = grpc.server(ThreadPoolExecutor(1))
    echo = grpc.unary_unary_rpc_method_handler(lambda message, _: message)
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("Echo", {"Say": echo})])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield port
    server.stop(None).wait()


def asked(port: int, message: bytes, compression: grpc.Compression) -> tuple[bytes, bytes]:
    tap = Tap(port)
    with grpc.insecure_channel(f"127.0.0.1:{tap.port}", compression=compression) as channel:
        call = channel.unary_unary("/Echo/Say")
        assert call(message, timeout=LONG, metadata=[("x-note", VALUE.decode())]) == message
    tap.join()
    return bytes(tap.sent), bytes(tap.answered)


def test_messages_of_grpcio_are_read(served: int) -> None:
    sent, answered = asked(served, MESSAGE, grpc.Compression.NoCompression)
    assert seen(played(http2, sent)) == {(), ("HTTP/2", "HPACK")} or seen(played(http2, sent)) == {()}
    for data in (sent, answered):
        findings = played(http2, data)
        assert findings.read == {"HTTP/2": len(data)}
        assert not findings.unread


def test_compressed_messages_of_grpcio_are_decompressed(served: int) -> None:
    message = MESSAGE + b"\x12\x7f" + b"x" * 127
    sent, _ = asked(served, message, grpc.Compression.Gzip)
    findings = played(http2, sent)
    assert ("HTTP/2", "gRPC", "gzip") in seen(findings)
    assert not findings.unread
    sent, _ = asked(served, message, grpc.Compression.Deflate)
    assert any(layers[:2] == ("HTTP/2", "gRPC") and len(layers) == 3 for layers in seen(played(http2, sent)))


# ---- message by message

GZIP = partial(GrpcReader, decompressing=partial(decoding, b"gzip"))


def message(data: bytes, flags: int = 0) -> bytes:
    return bytes([flags]) + len(data).to_bytes(4, "big") + data


CALL = message(MESSAGE) + message(gzip.compress(MESSAGE), 1) + message(b"") + message(b"grpc-status: 0\r\n", 0x80)


def test_messages_are_separated() -> None:
    findings = played(GZIP, CALL)
    assert seen(findings) == {(), ("gRPC", "gzip")}
    assert not findings.unread


def test_a_letter_in_each_message_of_a_stream_is_joined() -> None:
    letters = [b"\x08%c\x1a\x03nut\x12\x01%c" % (1 + at, letter) for at, letter in enumerate(VALUE)]
    (sighting,) = played(GZIP, b"".join(map(message, letters))).sightings
    assert sighting.layers == ("gRPC", JOINED)
    assert not played(GZIP, b"".join(map(message, letters[1:]))).sightings


def test_invalid_messages_are_reported() -> None:
    assert Reason.DAMAGED in {each.why for each in played(GZIP, CALL + b"\x42hello").unread}
    assert Reason.DAMAGED in {each.why for each in played(GZIP, CALL[:-1]).unread}
    assert Reason.GAP in {each.why for each in played(GZIP, CALL, gap=(2, 6)).unread}


def test_a_gap_inside_a_message_is_not_the_end() -> None:
    assert ("gRPC", "gzip") in seen(played(GZIP, CALL, gap=(7, 9)))


@given(st.lists(st.integers(0, len(CALL))))
def test_it_does_not_matter_how_it_is_split(cuts: list[int]) -> None:
    assert outcome(played(GZIP, CALL, cuts)) == outcome(played(GZIP, CALL))


@given(st.binary(max_size=60), st.integers(0, len(CALL)), st.integers(0, 20))
def test_damage_raises_nothing(damage: bytes, at: int, instead: int) -> None:
    played(GZIP, CALL[:at] + damage + CALL[at + instead :])


# ---- Protocol Buffers


def test_the_fields_of_a_message() -> None:
    start = MESSAGE.index(VALUE)
    assert fields(MESSAGE) == ProtobufFields([(5, 12), (start, start + len(VALUE))], [])
    assert fields(b"") == ProtobufFields([], [])
    assert fields(b"\x12\x04\xff\xfe\xfd\xfc") == ProtobufFields([], [(2, 6)])


@given(st.binary(max_size=200))
def test_arbitrary_bytes_may_be_a_message(data: bytes) -> None:
    with contextlib.suppress(NotProtobufError):
        found = fields(data)
        assert all(0 <= start < ends <= len(data) for start, ends in (*found.texts, *found.others))


def test_base64_in_a_string_field_is_found() -> None:
    """The untyped reader reads each text."""
    twice = base64.b64encode(base64.b64encode(b"it is " + VALUE))
    findings = played(GZIP, message(b"\x08\x01\x12" + bytes([len(twice)]) + twice))
    assert ("gRPC", "base64", "base64") in seen(findings)


def web(*messages: bytes) -> bytes:
    """Messages of gRPC-Web, and its trailers."""
    framed = [b"\0" + len(each).to_bytes(4, "big") + each for each in messages]
    trailers = b"grpc-status: 0\r\n"
    return b"\x80" + len(trailers).to_bytes(4, "big") + trailers if not framed else b"".join((*framed, web()))


def letters(number: int) -> bytes:
    return b"\x0a\x03" + VALUE[3 * number : 3 * number + 3].ljust(3)


ZIPPED = gzip.compress(MESSAGE, mtime=0)
WEB = {
    "a message": (web(MESSAGE), ("gRPC",)),
    "a compressed message": (b"\x01" + len(ZIPPED).to_bytes(4, "big") + ZIPPED, ("gRPC", "gzip")),
    "a few letters each": (web(*map(letters, range(6))), ("gRPC", JOINED)),
}


@pytest.mark.parametrize("size", [1, 5, 1000])
@pytest.mark.parametrize("name", WEB)
def test_messages_of_grpc_web_are_read_as_bytes_and_in_base64(name: str, size: int) -> None:
    body, layers = WEB[name]
    findings = played(body_reader(b"application/grpc-web+proto"), body, range(0, len(body), size))
    # What is plain was found in the body.
    assert {layers, ()} & seen(findings)
    assert not findings.unread
    # Each piece of a body may be padded by itself.
    text = b"".join(base64.b64encode(body[at : at + 7]) for at in range(0, len(body), 7))
    findings = played(body_reader(b"application/grpc-web-text"), text, range(0, len(text), size))
    assert {("base64", *layers), ("base64",)} & seen(findings)
    assert not findings.unread
    assert not played(body_reader(b"application/grpc-web-text"), base64.b64encode(web(MESSAGE.swapcase()))).sightings


def test_what_is_no_grpc_web_is_damaged() -> None:
    for kind, body in ((b"application/grpc-web", b"\x42\0"), (b"application/grpc-web-text", b"a=b===c")):
        assert {each.why for each in played(body_reader(kind), body * 9).unread} <= {Reason.DAMAGED, Reason.OPAQUE}
