"""What programs say in the attributes of STUN, and what an application may hide in them."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from zlib import crc32

from capture.in_clear import SWAPPED, datagram, in_clear

RANDOM = hashlib.shake_128(b"random").digest(32)
# What is sent is the checksum of the message.
FINGERPRINT = (0x8028, bytes(4))


def binding(*attributes: tuple[int, bytes], identifier: bytes = RANDOM[:12]) -> bytes:
    """A frame with a binding request."""
    body = b"".join(
        kind.to_bytes(2) + len(value).to_bytes(2) + value + bytes(-len(value) % 4) for kind, value in attributes
    )
    message = b"\0\1" + len(body).to_bytes(2) + bytes.fromhex("2112a442") + identifier + body
    if attributes and attributes[-1] == FINGERPRINT:
        message = message[:-4] + (crc32(message[:-8]) ^ 0x5354554E).to_bytes(4)
    return datagram(message, 3478)


RANDOM_CODES = hashlib.shake_128(b"codes").digest(90)
_IDENTIFIERS_IN_CLEAR = {"data in STUN transaction IDs"}


def test_what_browsers_and_servers_say_is_infrastructure() -> None:
    browser = (
        (0x0006, b"Kq2w:9fG/"),
        (0xC057, b"\0\1\0\x0a"),
        (0x802A, RANDOM[:8]),
        (0x0024, b"\x6e\x7f\x1e\xff"),
        (0x0008, RANDOM[:20]),
        FINGERPRINT,
    )
    server = ((0x0009, b"\0\0\4\1Unauthorized"), (0x0014, b"turn.example.com"), (0x0015, b"4f3e6b1c9d2a7f80"))
    for attributes in (
        browser,
        server,
        ((0x8022, b"Coturn-4.6.1 'Gorst'"),),
        ((0x0020, b"\0\2" + RANDOM[:18]), (0x0001, b"\0\1" + RANDOM[:6])),
    ):
        assert in_clear([binding(*attributes)]) == {}
    assert in_clear([binding(identifier=b"q2wK9fG/Zx7b")]) == {}


def test_many_identifiers_in_base64_are_random_and_text_in_them_is_in_clear() -> None:
    """Libwebrtc has such ones."""
    for data, field in ((RANDOM_CODES, {}), (b"fluffier tails and many more acorns " * 9, _IDENTIFIERS_IN_CLEAR)):
        coded = [b64encode(data[at : at + 9]) for at in range(0, 90, 9)]
        assert {*in_clear([binding(identifier=each) for each in coded])} == {*field}


def test_identifiers_that_only_look_like_base64_are_read_as_they_are() -> None:
    for identifier in (b"99-111-114-1", b"correct_hors", b"a=b=c=d=e=f="):
        in_clear([binding(identifier=identifier)])


def test_a_fingerprint_that_is_no_checksum_is_in_clear() -> None:
    assert in_clear([binding((0x8028, b"ffll"))]) == {"data in STUN fingerprint": 4}


def test_what_an_application_says_in_an_attribute_is_in_clear() -> None:
    for kind in (0x0006, 0x0009, 0x0014, 0x0015, 0x0026, 0x8022, 0x8FFF):
        value = bytes(4) * (kind == 0x0009) + SWAPPED
        assert in_clear([binding((kind, value))]) == {f"data in STUN attribute {kind:#06x}": len(value)}
    assert in_clear([binding(identifier=SWAPPED)]) == {"data in STUN transaction ID": 12}


def test_what_has_another_length_or_is_not_known_is_in_clear() -> None:
    for kind, value in ((0x0020, b"\0\1lfluff"[:7]), (0x0020, b"lf" + RANDOM[:6]), (0x0024, b"lff"), (0x8FFF, b"l")):
        assert in_clear([binding((kind, value))]) == {f"data in STUN attribute {kind:#06x}": len(value)}


def test_text_between_attributes_is_in_clear() -> None:
    frame = binding(*[(0x8022, b"1")] * 4)
    for at in range(4):
        place = frame.index(b"\x80\x22\0\1") + 5 + 8 * at
        frame = frame[:place] + SWAPPED[3 * at : 3 * at + 3] + frame[place + 3 :]
    assert in_clear([frame]) == {"data in STUN padding": 12}
