"""SRTP is sealed with keys from DTLS by the openssl program, and with nothing else."""

from __future__ import annotations

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

if TYPE_CHECKING:
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
