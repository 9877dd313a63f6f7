"""The blocks of a file: PEM (RFC 7468), with any text in between, or one DER element after another; or their Base64."""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from overheard.certificates.asn1.element import SEQUENCE, Asn1Error, elements
from overheard.words.counting import count

_PEM = b"-----BEGIN "
_MARK = re.compile(rb"-----(BEGIN|END) ([!-~][ -~]{0,62}?)-----")
_HEADER = re.compile(rb"\A[ \t]*[A-Za-z-]+:.*")
# Windows PowerShell writes text files so.
_BYTE_ORDER_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16", codecs.BOM_UTF8: "utf-8-sig"}


@dataclass(frozen=True)
class Block:
    """One block: its label, empty for DER; its bytes; and why these cannot be read, if so.

    `sealed` is whether its own headers say that it is encrypted (RFC 1421), so that the bytes are no ASN.1; `stray`
    whether it is only what follows the last one.
    """

    label: str
    data: bytes
    problem: str = ""
    sealed: bool = False
    stray: bool = False


def blocks(data: bytes) -> Iterator[Block]:
    """All blocks of a file, in order."""
    text = _as_ascii(data)
    if _PEM not in text and not data.startswith(b"\x30"):
        # A field of a Kubernetes secret, or PEM without its first and last line.
        data = text = _bare(text)
    if _PEM in text:
        yield from _pem(text)
    elif data.startswith(b"\x30"):
        yield from _der(data)


def _bare(text: bytes) -> bytes:
    """What text is the Base64 of; empty if it is none."""
    try:
        return binascii.a2b_base64(b"".join(text.split()), strict_mode=True)
    except binascii.Error:
        return b""


def _der(data: bytes) -> Iterator[Block]:
    read = 0
    try:
        for element in elements(data):
            if element.tag != SEQUENCE:
                break
            yield Block("", element.encoded)
            read += len(element.encoded)
    except Asn1Error as problem:
        if not read:
            yield Block("", data, str(problem))
            return
    if read < len(data):
        # What follows a certificate is of no concern to OpenSSL, either.
        yield Block(f"block of {count(len(data) - read, 'byte')} that is no ASN.1", b"", stray=True)


def _pem(text: bytes) -> Iterator[Block]:
    begun: re.Match[bytes] | None = None
    for mark in _MARK.finditer(text):
        label = mark[2].decode("ascii")
        if begun and mark[1] == b"END" and mark[2] == begun[2]:
            yield _decoded(label, text[begun.end() : mark.start()])
        elif begun:
            yield Block(begun[2].decode("ascii"), b"", "it has no end")
        begun = mark if mark[1] == b"BEGIN" else None
    if begun:
        yield Block(begun[2].decode("ascii"), b"", "it has no end")


def _decoded(label: str, body: bytes) -> Block:
    """A block from its Base64, and the headers before it. In strings of JSON, the ends of lines are escaped."""
    lines = body.replace(b"\\r", b"").replace(b"\\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    headers = [line for line in lines if _HEADER.match(line)]
    # Everything but spaces must be Base64: a reader that passes over the rest reads what nobody wrote.
    coded = b"".join(b"".join(line.split()) for line in lines if not _HEADER.match(line))
    try:
        data = binascii.a2b_base64(coded, strict_mode=True)
    except (binascii.Error, ValueError) as problem:
        return Block(label, b"", f"it is not Base64: {problem}")
    return Block(label, data, sealed=any(b"ENCRYPTED" in line for line in headers))


def _as_ascii(data: bytes) -> bytes:
    """Text in an encoding of Windows as ASCII, in which PEM is read; anything else as it is."""
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if data.startswith(mark):
            return data.decode(encoding, "replace").encode("ascii", "replace")
    return data
