"""HTTP/2 over cleartext TCP, and gRPC."""

from __future__ import annotations

import struct
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import hpack.huffman
from hpack.huffman_constants import REQUEST_CODES, REQUEST_CODES_LENGTH

from corpus.case import FLUFFY, harmless, leak
from corpus.packed import gz, page
from corpus.programs import http2
from corpus.programs.http2 import Answer

if TYPE_CHECKING:
    from h2.connection import H2Connection

    from corpus.scene import Scene

_GZIP = [("content-encoding", "gzip")]
_GRPC = Path(__file__).parent.parent / "programs" / "grpc_peers.py"


def huffman(text: str) -> bytes:
    """A header value in Huffman coding, without its last byte, which ends with padding."""
    code: bytes = hpack.huffman.HuffmanEncoder(REQUEST_CODES, REQUEST_CODES_LENGTH).encode(text.encode())
    return code[:-1]


def answered(answer: Answer, *, scene: Scene) -> None:
    """A short plain-text response."""
    http2.get(scene, answer)


def in_frames(*frames: bytes, scene: Scene) -> bytes:
    """The secret in consecutive DATA frames. It begins in the first."""
    http2.get(scene, Answer((b"The word: ", *frames, b" it is")))
    # The frame header is a length, a type, flags, and a stream identifier (RFC 9113, 4.1).
    first, *later = frames
    return first + b"".join(struct.pack(">IBI", len(frame) << 8, 0, 1) + frame for frame in later)


def compressed(said: str, *, scene: Scene) -> bytes:
    """A page with the content coding gzip."""
    body = gz(page(said))
    http2.get(scene, Answer((body,), _GZIP), "--compressed")
    return body


def header(value: str, *, scene: Scene) -> bytes:
    """A response header in Huffman coding."""
    http2.get(scene, Answer(headers=[("x-word", value)]))
    return huffman(value)


def asked(*arguments: str, path: str = "/", wire: bytes = b"", scene: Scene) -> bytes:
    """A request that contains the secret."""
    http2.get(scene, Answer(), *arguments, path=path)
    return wire


def posted(*, scene: Scene) -> bytes:
    """A compressed request."""
    body = gz(page())
    http2.get(scene, Answer(), "-H", "content-encoding: gzip", "--data-binary", "@-", said=body)
    return body


def long_headers(*, scene: Scene) -> bytes:
    """Headers in CONTINUATION frames."""
    headers = [(f"x-acorn-{n}", "acorn " * 300) for n in range(20)]
    http2.get(scene, Answer(headers=[*headers, ("x-word", FLUFFY)]))
    return huffman(FLUFFY)


def upgraded(*, scene: Scene) -> bytes:
    """HTTP/2 after an Upgrade from HTTP/1.1."""
    body = gz(page())
    http2.upgraded(scene, Answer((body,), _GZIP))
    return body


def interleaved(one: list[bytes], other: list[bytes], *, scene: Scene) -> bytes:
    """Two responses with interleaved frames. The secret begins in the first frame of the first response."""

    def answer(h2: H2Connection, streams: list[int]) -> None:
        waiting.extend(streams)
        if len(waiting) < 2:
            return
        for stream in waiting:
            h2.send_headers(stream, [(":status", "200")])
        for frames in zip(one, other, strict=True):
            for stream, frame in zip(waiting, frames, strict=True):
                h2.send_data(stream, frame)
        for stream in waiting:
            h2.end_stream(stream)

    waiting: list[int] = []
    http2.serve(scene, answer)
    http2.ask_twice(scene)
    return one[0]


def grpc(message: str, *options: str, wire: bytes | None = None, scene: Scene) -> bytes | None:
    """A gRPC call with this message, by Google's library."""
    address = f"{scene.host}:50051"
    server = scene.start(sys.executable, str(_GRPC), "serve", address)
    assert server.stdout
    server.stdout.readline()
    scene.run(sys.executable, str(_GRPC), "call", address, message, *options)
    return wire


# A literal that is never indexed.
_BASIC = huffman("Basic c3F1aXJyZWw6Zmx1ZmZ5IHRhaWw=")

CASES = [
    leak("h2-body", partial(answered, Answer((b"The word is fluffy tail.",)))),
    leak("h2-padded", partial(answered, Answer((b"The word is fluffy tail.",), padding=99))),
    leak("h2-two-frames", partial(in_frames, b"fluff", b"y tail"), "HTTP/2"),
    leak("h2-frame-a-byte", partial(in_frames, *(bytes([byte]) for byte in FLUFFY.encode())), "HTTP/2"),
    leak("h2-gzip", partial(compressed, FLUFFY), "HTTP/2", "gzip"),
    leak("h2-posted-gzip", posted, "HTTP/2", "gzip"),
    leak("h2-header", partial(header, FLUFFY), "HTTP/2", "HPACK"),
    leak("h2-cookie", partial(asked, "-b", f"word={FLUFFY}", wire=huffman("word=fluffy tail")), "HTTP/2", "HPACK"),
    leak(
        "h2-path",
        partial(asked, path="/hollow/fluffy%20tail", wire=huffman("/hollow/fluffy%20tail")),
        "HTTP/2",
        "HPACK",
        spelling="percent-encoded",
    ),
    leak(
        "h2-password",
        partial(asked, "-u", f"squirrel:{FLUFFY}", wire=_BASIC),
        "HTTP/2",
        "HPACK",
        spelling="base64, at 0",
    ),
    leak("h2-continuation", long_headers, "HTTP/2", "HPACK"),
    leak("h2-upgrade", upgraded, "HTTP/2", "gzip"),
    leak("h2-interleaved", partial(interleaved, [b"fluff", b"y tail"], [b"acorn", b"beech"]), "HTTP/2"),
    leak("grpc", partial(grpc, FLUFFY)),
    leak("grpc-gzip", partial(grpc, FLUFFY * 20, "gzip", wire=gz(b"")[:4]), "HTTP/2", "gRPC", "gzip"),
    leak("grpc-metadata", partial(grpc, "acorn", "metadata", FLUFFY)),
    harmless("h2-other-word", partial(answered, Answer((b"The word is fluffy tale.",)))),
    harmless("h2-gzip-other-word", partial(compressed, "fluffy tale")),
    harmless("h2-header-other-word", partial(header, "fluffy tale")),
    harmless("h2-cookie-other-word", partial(asked, "-b", "word=fluffy mail")),
    harmless(
        "h2-two-streams", partial(interleaved, [b"fluffy", b" and so on and on"], [b" tail", b", and nothing else"])
    ),
    harmless("h2-half-in-header", partial(answered, Answer((b"tail",), [("x-word", "fluffy ")]))),
    harmless("grpc-gzip-other-word", partial(grpc, "fluffy tale" * 20, "gzip")),
]
