"""HTTP content and transfer codings, alone and nested."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from corpus.case import FLUFFY, harmless, leak
from corpus.packed import gz, packed, page
from corpus.programs import web
from corpus.programs.web import Answer

if TYPE_CHECKING:
    from corpus.scene import Scene

_HTML = "text/html"


def coded(said: str, coding: str, layers: tuple[str, ...], scene: Scene) -> bytes:
    """A page under content codings."""
    body = packed(page(said), *layers)
    web.get(scene, Answer(body, {"Content-Type": _HTML, "Content-Encoding": coding}))
    return body


def chunked(said: str, size: int, coding: str, layers: tuple[str, ...], scene: Scene) -> bytes:
    """A page under content codings, in chunks of this size."""
    body = packed(page(said), *layers)
    chunks = [body[at : at + size] for at in range(0, len(body), size)]
    headers = {"Content-Type": _HTML, **({"Content-Encoding": coding} if coding else {})}
    web.get(scene, Answer(headers=headers, chunks=chunks))
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)


def in_chunks(*chunks: bytes, scene: Scene) -> bytes:
    """Text in these chunks. The secret begins in the first chunk, and ends in the last."""
    web.get(scene, Answer(headers={"Content-Type": "text/plain"}, chunks=(b"The word:", *chunks, b", they say")))
    return b"\r\n".join((chunks[0], *(b"%x\r\n%s" % (len(chunk), chunk) for chunk in chunks[1:])))


def transfer_gzip(said: str, scene: Scene) -> bytes:
    """A page with a compressing transfer coding."""
    body = gz(page(said))
    web.get(scene, Answer(headers={"Content-Type": _HTML}, chunks=(body,), transfer="gzip, chunked"), "--raw")
    return body


def extended(scene: Scene) -> bytes:
    """Chunks with extensions, and with leading zeros in their sizes."""
    wire = b'fluffy\r\n0005;name="a;b"\r\n tail'
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    web.serve_as_is(scene, head + b"6;sig=1\r\n" + wire + b"\r\n0\r\n\r\n")
    scene.curl(scene.url())
    return wire


def two_members(scene: Scene) -> bytes:
    """A gzip file of two members, with the secret in the second."""
    second = gz(page())
    web.get(scene, Answer(gz(page("acorn")) + second, {"Content-Encoding": "gzip"}))
    return second


def posted(said: str, scene: Scene) -> bytes:
    """A request with a compressed body."""
    body = gz(page(said))
    web.serve(scene)
    scene.curl("-H", "Content-Encoding: gzip", "--data-binary", "@-", scene.url(), said=body)
    return body


def until_closed(said: str, scene: Scene) -> bytes:
    """A compressed page over HTTP/1.0, which ends with the connection."""
    body = gz(page(said))
    web.get(scene, Answer(body, {"Content-Encoding": "gzip"}, version="HTTP/1.0"))
    return body


def large(scene: Scene) -> bytes:
    """A compressed page that takes many segments on every wire, with the secret in the middle."""
    body = gz(page(lines=20_000))
    web.get(scene, Answer(body, {"Content-Encoding": "gzip"}))
    return body


# the header, and the layers, outermost first
_CODINGS: list[tuple[str, tuple[str, ...]]] = [
    ("gzip", ("gzip",)),
    ("x-gzip", ("gzip",)),
    ("deflate", ("zlib",)),
    # Raw deflate, which is non-standard, but supported by browsers.
    ("deflate", ("deflate",)),
    ("br", ("br",)),
    ("zstd", ("zstd",)),
    ("compress", ("compress",)),
    ("lz4", ("lz4",)),
    # A block without framing, as Prometheus has it.
    ("snappy", ("snappy",)),
    # In the order in which they were applied (RFC 9110, 8.4).
    ("gzip, gzip", ("gzip", "gzip")),
    ("br, gzip", ("gzip", "br")),
    ("zstd, br, deflate", ("zlib", "br", "zstd")),
]


CASES = [
    *(
        leak(f"coding-{'-'.join(layers)}{'-x' * (said == 'x-gzip')}", partial(coded, FLUFFY, said, layers), *layers)
        for said, layers in _CODINGS
    ),
    leak("chunked-split", partial(in_chunks, b"fluf", b"fy tail"), "chunked"),
    leak("chunked-by-byte", partial(in_chunks, *(bytes([byte]) for byte in FLUFFY.encode())), "chunked"),
    leak("chunked-extensions", extended, "chunked"),
    leak("chunked-gzip", partial(chunked, FLUFFY, 100, "gzip", ("gzip",)), "chunked", "gzip"),
    leak("chunked-br", partial(chunked, FLUFFY, 50, "br", ("br",)), "chunked", "br"),
    leak("chunked-zstd", partial(chunked, FLUFFY, 70, "zstd", ("zstd",)), "chunked", "zstd"),
    leak("transfer-gzip", partial(transfer_gzip, FLUFFY), "chunked", "gzip"),
    leak("gzip-two-members", two_members, "gzip"),
    leak("gzip-posted", partial(posted, FLUFFY), "gzip"),
    leak("gzip-until-closed", partial(until_closed, FLUFFY), "gzip"),
    leak("gzip-large", large, "gzip"),
    harmless("gzip-other-word", partial(coded, "fluffy nail", "gzip", ("gzip",))),
    harmless("br-other-word", partial(coded, "fluffy tall", "br", ("br",))),
    harmless("zstd-other-word", partial(coded, "flufty tail", "zstd", ("zstd",))),
    harmless("twice-gzip-other-word", partial(coded, "fluffytail", "gzip, gzip", ("gzip", "gzip"))),
    harmless("chunked-other-word", partial(in_chunks, b"fluf", b"fy nail")),
    harmless("chunked-with-more-between", partial(in_chunks, b"fluf", b" and ", b"fy tail")),
    harmless("chunked-size-between", partial(in_chunks, b"fluffy tai", b"aaaaaaaaaa")),
]
