"""CBOR, MessagePack, BSON, pickles and others: known by their structure, so that their bytes are accounted for."""

from __future__ import annotations

import base64
import gzip
import pickle
import plistlib
import random
import struct
import zlib
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from capture.encoders import base58, z85
from capture.played import VALUE, outcome, played, seen
from capture.wrapped import noise
from overheard_capture.content.findings import Reason
from overheard_capture.decoders.short import ShortReader
from overheard_capture.decoders.untyped import untyped
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

# ---- the smallest encoders


def cbor_head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    size = next(size for size in (1, 2, 4, 8) if number < 1 << 8 * size)
    return bytes([major << 5 | {1: 24, 2: 25, 4: 26, 8: 27}[size]]) + number.to_bytes(size, "big")


def cbor(value: Any) -> bytes:  # noqa: ANN401 - whatever such a document may hold
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[value]
    if isinstance(value, int):
        return cbor_head(0, value) if value >= 0 else cbor_head(1, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, (str, bytes)):
        data = value.encode() if isinstance(value, str) else value
        return cbor_head(3 if isinstance(value, str) else 2, len(data)) + data
    if isinstance(value, dict):
        return cbor_head(5, len(value)) + b"".join(cbor(key) + cbor(each) for key, each in value.items())
    return cbor_head(4, len(value)) + b"".join(map(cbor, value))


def messagepack(value: Any) -> bytes:  # noqa: ANN401, PLR0911 - one for each kind
    if value is None or isinstance(value, bool):
        return {None: b"\xc0", True: b"\xc3", False: b"\xc2"}[value]
    if isinstance(value, int):
        return bytes([value & 255]) if -32 <= value < 128 else b"\xd3" + struct.pack(">q", value)
    if isinstance(value, float):
        return b"\xcb" + struct.pack(">d", value)
    if isinstance(value, (str, bytes)):
        data = value.encode() if isinstance(value, str) else value
        if isinstance(value, str) and len(data) < 32:
            return bytes([0xA0 | len(data)]) + data
        return bytes([0xDA if isinstance(value, str) else 0xC5]) + len(data).to_bytes(2, "big") + data
    if isinstance(value, dict):
        items = (messagepack(key) + messagepack(each) for key, each in value.items())
        return bytes([0x80 | len(value)]) + b"".join(items)
    return b"\xdc" + len(value).to_bytes(2, "big") + b"".join(map(messagepack, value))


def bson(value: dict[str, Any]) -> bytes:
    out = b""
    for key, each in value.items():
        kind, data = bson_element(each)
        out += bytes([kind]) + key.encode() + b"\0" + data
    return struct.pack("<i", len(out) + 5) + out + b"\0"


def bson_element(value: Any) -> tuple[int, bytes]:  # noqa: ANN401
    if value is None or isinstance(value, bool):
        return (10, b"") if value is None else (8, bytes([value]))
    if isinstance(value, int):
        return 18, struct.pack("<q", value)
    if isinstance(value, float):
        return 1, struct.pack("<d", value)
    if isinstance(value, str):
        return 2, struct.pack("<i", len(value.encode()) + 1) + value.encode() + b"\0"
    if isinstance(value, bytes):
        return 5, struct.pack("<i", len(value)) + b"\0" + value
    listed = value if isinstance(value, dict) else {str(at): each for at, each in enumerate(value)}
    return (3 if isinstance(value, dict) else 4), bson(listed)


def ber(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    length = bytes([len(content)]) if len(content) < 128 else b"\x82" + len(content).to_bytes(2, "big")
    return bytes([tag]) + length + content


def snmp(value: bytes) -> bytes:
    """A response of SNMPv2c with a string (RFC 3416)."""
    binding = ber(0x30, ber(6, b"\x2b\x06\x01\x02\x01\x01\x05\x00"), ber(4, value))
    pdu = ber(0xA2, ber(2, b"\x12\x34"), ber(2, b"\0"), ber(2, b"\0"), ber(0x30, binding))
    return ber(0x30, ber(2, b"\x01"), ber(4, b"public"), pdu)


def ldap(value: bytes) -> bytes:
    """An entry that was found (RFC 4511, 4.5.2)."""
    attribute = ber(0x30, ber(4, b"description"), ber(0x31, ber(4, value)))
    return ber(0x30, ber(2, b"\x02"), ber(0x64, ber(4, b"cn=alice,dc=example"), ber(0x30, attribute)))


def kerberos(value: bytes) -> bytes:
    """A request for a ticket, with padding of another kind (RFC 4120, 5.4.1)."""
    data = ber(0xA3, ber(0x30, ber(0x30, ber(0xA1, ber(2, b"\x02")), ber(0xA2, ber(4, value)))))
    return ber(0x6A, ber(0x30, ber(0xA1, ber(2, b"\x05")), ber(0xA2, ber(2, b"\x0a")), data))


def string(value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return len(data).to_bytes(2, "big") + data


def packet(first: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    low = len(content) % 128
    return bytes([first, low | 128, len(content) >> 7] if len(content) > 127 else [first, low]) + content


def publish(value: str | bytes, *, before: bytes = b"", qos: int = 0) -> bytes:
    """A message (MQTT 5, 3.3)."""
    data = value.encode() if isinstance(value, str) else value
    return packet(0x30 | qos << 1, string("house/attic"), b"\0\7" if qos else b"", before, data)


CONNECT = packet(0x10, string("MQTT"), b"\x04\xc6\0\x3c", *map(string, ("sensor", "gone", "bye", "alice", "acorns")))
CONNECT_5 = packet(0x10, string("MQTT"), b"\x05\xc2\0\x3c", b"\x05\x11\0\0\0\1", *map(string, ("a", "b", "c")))


WHEN = datetime(2026, 1, 2, 3, 4, 5)


def in_pickle(protocol: int, value: str | bytes) -> bytes:
    more = [1, -500, 2.5, None, True, (1, 2**70), {"n"}]
    return pickle.dumps({"id": 70_000, "note": value, "more": more, "when": WHEN}, protocol)


FORMATS: dict[str, Callable[[Any], bytes]] = {
    "CBOR": lambda value: cbor({"id": 70_000, "note": value, "more": [1, -500, 2.5, None, True, {"n": 3}]}),
    # All but the first byte may be text with a control code.
    "small CBOR": lambda value: cbor({"note": value, "n": 17}),
    "tagged CBOR": lambda value: b"\xd9\xd9\xf7" + cbor({"note": value}),
    "CBOR without lengths": lambda value: b"\xbf\x64note" + cbor(value) + b"\x61l\x9f\x01\x02\xff\xff",
    "CBOR in a row": lambda value: cbor({"note": "one"}) + cbor({"note": value}) + cbor(["two", "three"]),
    "a list of CBOR": lambda value: cbor([{"n": "temperature", "u": "Cel", "v": 23.5}, {"note": value}]),
    "MessagePack": lambda value: messagepack({"id": 70_000, "note": value, "more": [1, -500, 2.5, None, True]}),
    "MessagePack in a row": lambda value: messagepack({"tag": "a"}) * 3 + messagepack({"note": value}),
    "BSON": lambda value: bson({"id": 70_000, "note": value, "more": [1, -5, 2.5, None, True, {"n": 3}]}),
    "BSON in a row": lambda value: bson({"tag": "a"}) + bson({"note": value}),
    **{f"a pickle of protocol {protocol}": partial(in_pickle, protocol) for protocol in (2, 3, 4, 5)},
    "pickles in a row": lambda value: pickle.dumps({"tag": "a"}) + pickle.dumps({"note": value}),
    "a property list": lambda value: plistlib.dumps(
        {"id": 70_000, "note": value, "more": [1, -500, 2.5, True, {"n": 3, "at": WHEN}]}, fmt=plistlib.FMT_BINARY
    ),
    "SNMP": lambda value: snmp(value if isinstance(value, bytes) else value.encode()),
    "LDAP": lambda value: ldap(value if isinstance(value, bytes) else value.encode()),
    "LDAP in a row": lambda value: ldap(b"the first") + ldap(value if isinstance(value, bytes) else value.encode()),
    "Kerberos": lambda value: kerberos(value if isinstance(value, bytes) else value.encode()),
    "MQTT": lambda value: CONNECT + packet(0x82, b"\0\1", string("a/b"), b"\0") + publish(value) + b"\xc0\0\xe0\0",
    "MQTT 5": lambda value: (
        CONNECT_5 + packet(0x82, b"\0\1\0", string("a/b"), b"\1") + publish(value, before=b"\0", qos=1)
    ),
    "MQTT, of a server": lambda value: b"\x20\2\0\0\x90\3\0\1\0" + publish(value, qos=1) + b"\x40\2\0\7\xd0\0",
}
WORDS = "the words are not these, and no others"
every_format = for_each(name=FORMATS)


@every_format
@pytest.mark.parametrize("reader", [untyped, ShortReader])
def test_a_document_is_read_and_no_reason(name: str, reader: Any) -> None:  # noqa: ANN401
    for text in (WORDS, WORDS * 20, "ä" * 60):
        data = FORMATS[name](text)
        findings = played(reader, data)
        assert not findings.unread, text
        assert not findings.sightings
        # A longer text has no other places in which it matters where it is cut.
        for size in (1, 13, 300) if text is WORDS else (31, 300):
            assert outcome(played(reader, data, range(0, len(data), size))) == outcome(findings), size


def test_text_in_a_pickle_is_bytes_only_if_they_are_encoded_so() -> None:
    """Protocol 2 has only text, of which `codecs.encode` makes bytes again."""
    packed = gzip.compress(b"it is " + VALUE)
    of_bytes, of_text = (pickle.dumps([value] * 30, 2) for value in (packed, packed.decode("latin-1")))
    for data, is_there in ((of_bytes, True), (base64.b64encode(of_bytes), True), (of_text, False)):
        assert any(layers[-2:] == ("Latin-1", "gzip") for layers in seen(played(untyped, data))) == is_there


@every_format
def test_what_is_in_a_byte_string_is_unwrapped(name: str) -> None:
    for packed, layer in (
        (gzip.compress(b"it is " + VALUE), "gzip"),
        (zlib.compress(b"it is " + VALUE)[2:-4], "deflate"),
    ):
        findings = played(untyped, FORMATS[name](packed))
        assert (("Latin-1", layer) if name.endswith("protocol 2") else (layer,)) in seen(findings)
        assert not findings.unread
        assert not findings.values


@every_format
def test_a_text_is_read_from_its_first_character_on(name: str) -> None:
    """The byte before it, which has its length, may look like one of base85."""
    for before in range(14, 40, 4):
        for text, is_there in ((VALUE, True), (VALUE.swapcase(), False)):
            encoded = base64.b85encode(b"it was said that nobody knows the value"[:before] + text).decode()
            findings = played(untyped, FORMATS[name](encoded))
            assert (("base85",) in seen(findings)) == is_there, before
            assert not findings.unread


@every_format
def test_a_byte_string_that_nobody_can_read_is_a_reason_if_it_is_no_identifier(name: str) -> None:
    assert not played(untyped, FORMATS[name](noise(16))).unread
    for bits in (bytes(64), b"\xff" * 64, b"\0\xff\xf0" + bytes(99)):
        assert not played(untyped, FORMATS[name](bits)).unread
    for length in (17, 300, 2000):
        assert {each.why for each in played(untyped, FORMATS[name](noise(length))).unread} == {Reason.OPAQUE}


@every_format
def test_what_is_cut_short_or_goes_on_otherwise_is_opaque(name: str) -> None:
    data = FORMATS[name](noise(60))
    for other in (data[:-1], data + b"\xff\x01\x02", data[:20] + b"\0\xff\xfe" + data[20:], noise(4) + data):
        assert [each.why for each in played(untyped, other).unread] == [Reason.OPAQUE], other
    assert played(untyped, data, gap=(30, 32)).unread


@pytest.mark.parametrize("name", ["CBOR", "tagged CBOR", "a list of CBOR"])
def test_numbers_in_a_list_are_bytes_too(name: str) -> None:
    """Above 23 there is another byte before each of them."""
    assert played(untyped, FORMATS[name](list(VALUE))).sightings
    assert not played(untyped, FORMATS[name](list(VALUE.swapcase()))).sightings


@pytest.mark.parametrize(
    "data",
    [
        b"\xbf\x64note\x7f\x65the F\x6aluffy tail\x65 4711\xff\xff",
        b"\xa1\x64note\x5f\x45the F\x4aluffy tail\x48 4711\0\0\xfe\xff",
        # As OpenSSL signs a message that it reads piece by piece (RFC 5652, 5).
        b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80\x24\x80"
        + ber(4, b"the Fluffy t")
        + ber(4, b"ail 4711")
        + bytes(6),
    ],
    ids=["a text of CBOR", "bytes of CBOR", "BER"],
)
def test_a_string_in_pieces_is_put_together(data: bytes) -> None:
    findings = played(untyped, data)
    assert findings.sightings
    assert not findings.unread
    assert not played(untyped, data.swapcase()).sightings


@for_each(
    name=["CBOR", "MessagePack", "BSON", "a pickle of protocol 4", "a property list"],
    write=[base64.b64encode, base64.b32encode, base64.b85encode, base58, z85],
)
def test_a_document_that_is_written_as_text_is_read(name: str, write: Callable[[bytes], bytes]) -> None:
    """What is in it has no signature, and something else follows."""
    text = b'{"data": "%b"}'
    findings = played(untyped, text % write(FORMATS[name](zlib.compress(b"it is " + VALUE)[2:-4])))
    assert any("deflate" in layers for layers in seen(findings))
    assert not findings.unread
    other = played(untyped, text % write(FORMATS[name](noise(60))))
    assert not other.sightings
    assert not other.unread


@for_each(name=["CBOR", "BSON", "a pickle of protocol 4"], size=range(17, 21), padding=range(6))
def test_a_coding_may_fill_its_last_group_with_zeros(name: str, size: int, padding: int) -> None:
    """Z85 has whole groups of four bytes."""
    document = FORMATS[name](b"it is " + VALUE + b"x" * size)
    findings = played(untyped, document + bytes(padding))
    assert findings.sightings
    assert [each.why for each in findings.unread] == [Reason.OPAQUE] * (padding > 3)


def test_random_bytes_are_no_document() -> None:
    chance = random.Random(4)  # noqa: S311 - bytes that anybody may know
    for size in range(20, 1000):
        data = chance.randbytes(size)
        assert [each.why for each in played(ShortReader, data).unread] == [Reason.OPAQUE]


@pytest.mark.parametrize("opened", [b"\x81", b"\x9f", b"\xa1\x61a", b"\xd8\x20", b"\x30\x80", b"\x91"])
def test_what_is_nested_deeply_is_opaque(opened: bytes) -> None:
    findings = played(untyped, opened * 20_000)
    assert [each.why for each in findings.unread] == [Reason.OPAQUE]


def test_a_property_list_whose_offsets_have_no_bytes_is_none() -> None:
    """Then its table has no entries, whatever their number."""
    objects = b"bplist00\x09\x08\x09\x08"
    made = objects + bytes(6) + b"\0\1" + (4).to_bytes(8) + bytes(8) + len(objects).to_bytes(8)
    assert [why for why, _, _ in played(untyped, made).unread] == [Reason.OPAQUE]
