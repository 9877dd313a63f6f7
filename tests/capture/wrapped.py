"""Encodings of bytes, by the name of their layer, for tests that nest them."""

from __future__ import annotations

import base64
import bz2
import gzip
import hashlib
import io
import json
import lzma
import textwrap
import urllib.parse
import zipfile
import zlib
from typing import TYPE_CHECKING

import zstandard

from capture.lzw import compressed

if TYPE_CHECKING:
    from collections.abc import Callable

    Wrap = Callable[[bytes], bytes]


def noise(length: int, seed: int = 0) -> bytes:
    """Bytes that look random, and are reproducible."""
    return hashlib.shake_256(b"%d" % seed).digest(length)


def hashes(length: int, seed: int = 0) -> bytes:
    """Text that hardly compresses: `length` bytes that look random as hashes, one on each line."""
    digits = noise(length, seed).hex()
    return "\n".join(digits[at : at + 64] for at in range(0, len(digits), 64)).encode()


def words(length: int, seed: int = 0) -> bytes:
    """Text that hardly compresses: words from `length` bytes that look random, each too short to be base85 or the like.

    What is written in a coding is decoded wherever it is found, which takes longer than what contains it.
    """
    return " ".join(textwrap.wrap(base64.b64encode(noise(length, seed)).decode(), 12)).encode()


def gzipped(data: bytes) -> bytes:
    """As a gzip file without a date."""
    return gzip.compress(data, mtime=0)


def zipped(data: bytes, method: int = zipfile.ZIP_DEFLATED, *, seekable: bool = True) -> bytes:
    """An archive of two files. In an output that cannot seek, sizes follow each file."""
    out = io.BytesIO() if seekable else _Pipe()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in (("one.txt", data), ("two.txt", b"another file " * 5)):
            # Without a date, to be reproducible.
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


class _Pipe(io.BytesIO):
    def seekable(self) -> bool:
        return False

    def tell(self) -> int:
        raise OSError

    def seek(self, *_: int) -> int:
        raise OSError


def in_json(data: bytes) -> bytes:
    """As base64 in JSON, whose slashes are escaped."""
    text = json.dumps({"id": 4711, "data": base64.b64encode(data).decode()})
    return text.replace("/", "\\/").encode()


def in_form(data: bytes) -> bytes:
    """As base64 in a form."""
    return b"a=1&data=" + urllib.parse.quote(base64.b64encode(data)).encode() + b"&b=2"


def in_mail(data: bytes) -> bytes:
    """As base64 in lines."""
    return b"see:\r\n\r\n" + base64.encodebytes(data).replace(b"\n", b"\r\n") + b".\r\n"


def in_a_path(data: bytes) -> bytes:
    """As base64url after characters that could belong to it."""
    return b"GET /api/v1/" + base64.urlsafe_b64encode(data) + b" now"


WRAPPINGS: tuple[tuple[str, Wrap], ...] = (
    ("gzip", gzipped),
    ("zlib", zlib.compress),
    ("bzip2", bz2.compress),
    ("xz", lzma.compress),
    ("zstd", zstandard.compress),
    ("compress", compressed),
    ("zip", zipped),
    ("zip", lambda data: zipped(data, seekable=False)),
    ("zip", lambda data: zipped(data, zipfile.ZIP_BZIP2)),
    ("base64", in_json),
    ("base64", in_form),
    ("base64", in_mail),
    ("base64", in_a_path),
)


def chunked(data: bytes, size: int = 10) -> bytes:
    """In chunks, with an occasional extension, and a trailer."""
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    chunks = [b"%x%b\r\n%b\r\n" % (len(piece), b";n=1" * (not at % 3), piece) for at, piece in enumerate(pieces)]
    return b"".join(chunks) + b"0\r\nX-Sum: none\r\n\r\n"


def answer(body: bytes, *fields: bytes, status: bytes = b"200 OK") -> bytes:
    """A response with these fields; with Content-Length, unless they determine the length."""
    has_length = any(field.lower().startswith((b"transfer-encoding", b"content-length")) for field in fields)
    length = () if has_length else (b"Content-Length: %d" % len(body),)
    return b"\r\n".join((b"HTTP/1.1 " + status, *fields, *length, b"", body))


def request(body: bytes = b"", *fields: bytes, line: bytes = b"POST /notes HTTP/1.1") -> bytes:
    """A request with these fields."""
    length = (b"Content-Length: %d" % len(body),) if body else ()
    return b"\r\n".join((line, b"Host: example.test", *fields, *length, b"", body))
