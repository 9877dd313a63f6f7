"""SRTP is sealed with keys from DTLS by the openssl program, and with nothing else."""

from __future__ import annotations

import base64
import gzip
import random
import struct
from typing import TYPE_CHECKING

import pytest

from capture.in_clear import SPELLED
from capture.protocols.tls.speaking_dtls import spoken
from capture.sealed import KEYED, LETTER, SEALED, of_datagrams, verdict
from capture.talk import SECRET
from overheard_capture.protocols.tls.conversation import TlsConversation
from overheard_capture.protocols.tls.hello import ClientHello, ServerHello
from overheard_capture.protocols.tls.srtp import is_agreed
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from capture.talk import Parts
    from lab.pki import Files

RANDOM = random.Random(5004)  # noqa: S311 - the same in each run


def rtp(number: int, payload: bytes | None = None, *, extension: bytes = b"") -> bytes:
    """A packet of a dynamic payload type (RFC 3550, 5.1)."""
    head = struct.pack(">BBHII", 0x90 if extension else 0x80, 111, number, 160 * number, 0xDECAF)
    return head + extension + (RANDOM.randbytes(90) if payload is None else payload)


def rtcp(*, encrypts: bool = True) -> bytes:
    """A receiver report, with an index and a tag."""
    head = struct.pack(">BBHI", 0x81, 201, 7, 0xDECAF)
    return head + RANDOM.randbytes(24) + struct.pack(">I", encrypts << 31 | 1) + RANDOM.randbytes(10)


# One element: the level of the sound.
ELEMENT = b"\xbe\xde\0\1\x10\x2a\0\0"
SPELLED_ELEMENTS = b"\xbe\xde\0\x11" + b"".join(b"\x1f" + SPELLED[at : at + 16] for at in range(0, 64, 16))
USUAL = [("<>"[number % 2], rtp(65530 + number & 0xFFFF, extension=ELEMENT)) for number in range(30)]
STUN = bytes.fromhex("0001 0000 2112a442") + RANDOM.randbytes(12)


@pytest.fixture(scope="module", params=["SRTP_AES128_CM_SHA1_80", "SRTP_AEAD_AES_128_GCM"])
def handshake(files: Files, request: pytest.FixtureRequest) -> Parts:
    return spoken(files, "-dtls1_2", "-use_srtp", request.param)


@pytest.fixture(scope="module")
def keyed(files: Files) -> Parts:
    return spoken(files, "-dtls1_2", "-use_srtp", "SRTP_AEAD_AES_128_GCM")


@pytest.fixture(scope="module")
def keyed_with_reports(files: Files) -> Parts:
    return spoken(files, "-dtls1_2", "-use_srtp", "SRTP_AES128_CM_SHA1_80")


@pytest.fixture(scope="module")
def without(files: Files) -> Parts:
    return spoken(files, "-dtls1_2")


@pytest.mark.slow
def test_it_is_sealed(handshake: Parts, tmp_path: Path) -> None:
    parts = [(">", STUN), *handshake, *USUAL, (">", STUN), (">", rtp(20))]
    assert verdict(tmp_path, of_datagrams(parts)) == SEALED
    # STUN finds the way to an endpoint that must be sealed, and is nothing by itself.
    assert verdict(tmp_path, of_datagrams(parts), ":5000") == SEALED
    assert verdict(tmp_path, of_datagrams([(">", STUN)]), ":5000") == "INCONCLUSIVE"


@pytest.mark.slow
def test_reports_are_sealed(files: Files, tmp_path: Path) -> None:
    parts = [*spoken(files, "-dtls1_2", "-use_srtp", "SRTP_AES128_CM_SHA1_80"), *USUAL]
    assert verdict(tmp_path, of_datagrams([*parts, ("<", rtcp())])) == SEALED
    assert verdict(tmp_path, of_datagrams([*parts, ("<", rtcp(encrypts=False))])) == "INCONCLUSIVE"


@pytest.mark.slow
def test_without_an_agreement_it_is_only_guessed(without: Parts, tmp_path: Path) -> None:
    assert verdict(tmp_path, of_datagrams([*without, *USUAL])) == "INCONCLUSIVE"
    assert verdict(tmp_path, of_datagrams(USUAL)) == "INCONCLUSIVE"


@pytest.mark.parametrize(
    ("packet", "outcome"),
    [
        (rtp(20, LETTER), "OVERHEARD"),
        (rtp(20, RANDOM.randbytes(30) + gzip.compress(LETTER)), "OVERHEARD"),
        (rtp(20, extension=b"\x10\0\0\7" + gzip.compress(SECRET)[:28].ljust(28, b"\0")), "OVERHEARD"),
        (b"\x8e" + rtp(20)[1:12] + gzip.compress(SECRET).ljust(56, b"\0") + RANDOM.randbytes(90), "OVERHEARD"),
        (rtp(20, extension=b"\x10\0\0\7" + RANDOM.randbytes(28)), "INCONCLUSIVE"),
        (rtp(20, extension=b"\x10\0\0\4" + b"a " + SECRET + bytes(3)), "OVERHEARD"),
        (rtp(20, extension=SPELLED_ELEMENTS), "INCONCLUSIVE"),
        (rtp(20, KEYED), "OVERHEARD"),
        (rtp(20, KEYED[:16] + KEYED[40:]), "INCONCLUSIVE"),
        (rtp(20000), "INCONCLUSIVE"),
        (rtp(20)[:13], "INCONCLUSIVE"),
    ],
    ids=[
        "text",
        "gzip",
        "gzip in an extension",
        "gzip in the list of sources",
        "an opaque extension",
        "an extension",
        "text in elements",
        "a fixed key",
        "another text under a fixed key",
        "a number out of order",
        "truncated",
    ],
)
def test_what_need_not_be_ciphertext_is_not_sealed(
    handshake: Parts, packet: bytes, outcome: str, tmp_path: Path
) -> None:
    assert verdict(tmp_path, of_datagrams([*handshake, *USUAL, (">", packet)])) == outcome


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def number(data: bytes) -> int:
    return int.from_bytes(data.ljust(4, b"\0"))


def header(at: int, *, kind: int = 111, time: int = 0, source: int = 0xDECAF, sources: bytes = b"") -> bytes:
    head = struct.pack(">BBHII", 0x80 + len(sources) // 4, kind, at & 0xFFFF, time or 160 * at, source)
    return head + sources + RANDOM.randbytes(90)


def element(data: bytes) -> bytes:
    return (
        b"\xbe\xde"
        + struct.pack(">H", (len(data) + 4) // 4)
        + (bytes([15 + len(data)]) + data + bytes(3))[: (len(data) + 4) // 4 * 4]
    )


def report(source: int = 0xDECAF, at: int = 1) -> bytes:
    return (
        struct.pack(">BBHI", 0x81, 201, 7, source)
        + RANDOM.randbytes(24)
        + struct.pack(">I", 1 << 31 | at)
        + bytes(RANDOM.randbytes(10))
    )


# A few letters in each packet, and what of that is random to those who do not know.
CARRIERS: dict[str, Callable[[bytes], list[bytes]]] = {
    "payload types": lambda text: [header(at, kind=byte & 0x7F) for at, byte in enumerate(text, 20)],
    "sequence numbers": lambda text: [header(256 * at + byte) for at, byte in enumerate(text)],
    "timestamps": lambda text: [header(at, time=number(part)) for at, part in enumerate(cut(text, 4), 20)],
    "sources": lambda text: [header(at, source=number(part)) for at, part in enumerate(cut(text, 4), 20)],
    "letters in sources": lambda text: [header(at, source=0xABCD0000 | byte) for at, byte in enumerate(text, 20)],
    "contributors": lambda text: [header(at, sources=part.ljust(4, b"\0")) for at, part in enumerate(cut(text, 4), 20)],
    "elements": lambda text: [rtp(at, extension=element(part)) for at, part in enumerate(cut(text, 3), 20)],
    "elements of a packet": lambda text: [
        rtp(
            20,
            extension=b"\xbe\xde\0%c" % len(cut(text, 2))
            + b"".join(b"\x10" + part[:1] + b"\x20" + part[1:].ljust(1, b" ") for part in cut(text, 2)),
        )
    ],
    "long elements": lambda text: [
        rtp(at, extension=b"\x10\0\0\2\5\5" + part.ljust(6, b"\0")) for at, part in enumerate(cut(text, 5), 20)
    ],
}
REPORTED: dict[str, Callable[[bytes], list[bytes]]] = {
    "sources of reports": lambda text: [report(number(part)) for part in cut(text, 4)],
    "indexes of reports": lambda text: [report(at=256 * at + byte) for at, byte in enumerate(text)],
}
CODED: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "base64": base64.b64encode,
    "under a key": lambda data: bytes(byte ^ 0x1C for byte in data),
}
SENTENCE = b"it is said that " + SECRET + b" is theirs"


@for_each(name=CARRIERS, code=CODED)
def test_letters_in_headers_are_seen(name: str, code: str, keyed: Parts, tmp_path: Path) -> None:
    packets = [(">", each) for each in CARRIERS[name](CODED[code](SENTENCE))]
    assert verdict(tmp_path, of_datagrams([*keyed, *USUAL, *packets])) == "OVERHEARD"


@for_each(name=REPORTED, code=CODED)
def test_letters_in_headers_of_reports_are_seen(
    name: str, code: str, keyed_with_reports: Parts, tmp_path: Path
) -> None:
    packets = [(">", each) for each in REPORTED[name](CODED[code](SENTENCE))]
    assert verdict(tmp_path, of_datagrams([*keyed_with_reports, *USUAL, *packets])) == "OVERHEARD"


@pytest.mark.parametrize(
    "packet",
    [
        rtp(20, extension=b"ab\0\0"),
        rtp(20, extension=b"\xbe\xde\0\1\xf0abc"),
        rtp(20, extension=b"\xbe\xde\0\1\x10a\5\0"),
        rtp(20, extension=b"\x10\0\0\1\1\7ab"),
        rtp(20, RANDOM.randbytes(9)),
    ],
    ids=["profile", "behind the end", "a length of padding", "beyond the end", "shorter than a tag"],
)
def test_a_header_that_nobody_knows_is_not_sealed(packet: bytes, keyed: Parts, tmp_path: Path) -> None:
    assert verdict(tmp_path, of_datagrams([*keyed, *USUAL, (">", packet)])) == "INCONCLUSIVE"


@pytest.mark.parametrize("head", [b"\x81\xc9\0\x08", b"\x82\xc9\0\7", b"\x81\xcd\0\x40"])
def test_a_report_of_another_length_is_not_sealed(head: bytes, keyed_with_reports: Parts, tmp_path: Path) -> None:
    parts = [*keyed_with_reports, *USUAL, (">", report()), (">", head + report(at=2)[4:])]
    assert verdict(tmp_path, of_datagrams(parts)) == "INCONCLUSIVE"


def call(length: int) -> Parts:
    """A conversation with sound and picture, as browsers have it: elements, frames of several packets, and reports."""
    parts: list[tuple[str, bytes]] = []
    for side, sources in ((">", (0x1F2E3D4C, 0x7A6B5C4D)), ("<", (0x9B8A7968, 0x31425364))):
        sequence, times = [RANDOM.randrange(1 << 15) for _ in sources], [RANDOM.randrange(1 << 31) for _ in sources]
        for at in range(length):
            picture = at % 3 > 0
            sequence[picture] += 1
            times[picture] += (3000 + RANDOM.randrange(-90, 90)) * (at % 3 == 1) if picture else 960
            clock = struct.pack(">I", at * 5243)[1:]
            sent = (
                b"\x22"
                + clock
                + b"\x31"
                + struct.pack(">H", at)
                + (b"\x400" if picture else b"\x10" + bytes([at * 7 & 127]) + b"\x401")
            )
            extension = b"\xbe\xde" + struct.pack(">H", (len(sent) + 3) // 4) + sent + bytes(-len(sent) % 4)
            kind = (96 | (at % 3 == 2) << 7) if picture else 111
            head = struct.pack(">BBHII", 0x90, kind, sequence[picture] & 0xFFFF, times[picture], sources[picture])
            parts.append((side, head + extension + RANDOM.randbytes(RANDOM.randrange(60, 1100))))
            if at % 50 == 0:
                parts.append((side, report(sources[picture], at // 50 + 1)))
    return [part for pair in zip(parts[: len(parts) // 2], parts[len(parts) // 2 :], strict=True) for part in pair]


def test_a_call_is_sealed(keyed_with_reports: Parts, tmp_path: Path) -> None:
    assert verdict(tmp_path, of_datagrams([*keyed_with_reports, *call(600)])) == SEALED


@pytest.mark.parametrize(
    ("offered", "chosen", "version", "agreed"),
    [
        ((1, 7), (7,), "DTLS 1.2", True),
        ((1, 7), (), "DTLS 1.2", False),
        # With the NULL cipher.
        ((1, 5), (5,), "DTLS 1.2", False),
        # The server's choice is encrypted: each one that was offered must do.
        ((1, 7), (), "DTLS 1.3", True),
        ((1, 5), (), "DTLS 1.3", False),
    ],
)
def test_both_sides_must_agree_on_encryption(
    offered: tuple[int, ...], chosen: tuple[int, ...], version: str, agreed: bool
) -> None:
    conversation = TlsConversation()
    assert not is_agreed(conversation)
    conversation.client_hello, conversation.server_hello = ClientHello(srtp=offered), ServerHello(version, srtp=chosen)
    assert is_agreed(conversation) == agreed
