"""A number in binary documents: as an integer, a varint and a double."""

from __future__ import annotations

import pickle
import struct
from functools import cache
from typing import TYPE_CHECKING

import pytest

from overheard.words.secret import Secret
from overheard.words.spelling import spellings
from overheard_capture.search import Search
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

CARD, TELEPHONE, ACCOUNT = "4539 1488 0343 6467", "+1 (555) 123-4568", "98712345600123456789"
# All of them have other bytes than those that look like them.
NAMES = {"binary integer", "varint", "double"}

search = cache(lambda secret: Search(Secret("number", secret.encode()), engine="re"))


def number(secret: str) -> int:
    return int("".join(filter(str.isdigit, secret)))


def seen(secret: str, data: bytes) -> set[str]:
    """The names of the spellings of the secret in these bytes."""
    return {match.spelling for match in search(secret).matches(b"\x81\xa3pan" + data + b"\xa6amount")}


def varint(value: int) -> bytes:
    return bytes([value]) if value < 1 << 7 else bytes([value & 0x7F | 0x80]) + varint(value >> 7)


def der(value: int) -> bytes:
    """An INTEGER of ASN.1."""
    body = value.to_bytes(value.bit_length() // 8 + 1, "big")
    return bytes([2, len(body)]) + body


def msgpack(value: int) -> bytes:
    return struct.pack(">BQ", 0xCF, value)


def cbor(value: int) -> bytes:
    return struct.pack(">BQ", 0x1B, value)


def bson(value: int) -> bytes:
    return b"\x12pan\0" + struct.pack("<q", value)


def protobuf(value: int) -> bytes:
    return b"\x18" + varint(value)


def signed_protobuf(value: int) -> bytes:
    return b"\x18" + varint(value << 1)


def javascript(value: int) -> bytes:
    return struct.pack(">Bd", 0xCB, value)


def bson_double(value: int) -> bytes:
    return b"\x01pan\0" + struct.pack("<d", value)


FORMS = (
    (msgpack, "binary integer"),
    (cbor, "binary integer"),
    (bson, "binary integer"),
    (der, "binary integer"),
    (pickle.dumps, "binary integer"),
    (protobuf, "varint"),
    (signed_protobuf, "varint"),
    (javascript, "double"),
    (bson_double, "double"),
)


@pytest.mark.parametrize(("write", "spelling"), FORMS)
@pytest.mark.parametrize("secret", [CARD, TELEPHONE, CARD.replace(" ", ""), "987654321012", "4294967297123"])
def test_a_number_is_found_as_documents_have_it(secret: str, write: Callable[[int], bytes], spelling: str) -> None:
    assert seen(secret, write(number(secret))) == {spelling}
    assert not seen(secret, write(number(secret) + 1024))
    assert not seen(secret, write(number(secret) - 1))


def test_avro_has_no_tag_before_a_number() -> None:
    assert seen(CARD, b"\x0aalice" + varint(number(CARD) << 1)) == {"varint"}


def test_a_number_of_more_than_a_word_is_found() -> None:
    """As CBOR, pickle and Java have them. It is no varint, and no double has all of its digits."""
    assert seen(ACCOUNT, number(ACCOUNT).to_bytes(9, "big")) == {"binary integer"}
    assert seen(ACCOUNT, pickle.dumps(number(ACCOUNT))) == {"binary integer"}
    assert not {"varint", "double"} & {spelling.name for spelling in spellings(ACCOUNT.encode())}


def test_a_double_has_all_digits() -> None:
    names = {spelling.name for spelling in spellings(b"9123456789012347")}
    assert "varint" in names
    assert "double" not in names


def test_a_short_number_is_not_found_without_what_is_beside_it() -> None:
    whole = number(TELEPHONE)
    assert not seen(TELEPHONE, whole.to_bytes(5, "big"))
    assert not seen(TELEPHONE, whole.to_bytes(5, "little"))
    assert not seen(TELEPHONE, b"\x80" + varint(whole))


@for_each(
    secret=["123456789", "4294967296", "1099511627776", "18374686479671623680", "fluffy tail", "R2D2 12345678901"]
)
def test_other_secrets_are_no_numbers(secret: str) -> None:
    """Four bytes, and a few among zeros, are in any capture."""
    assert not NAMES & {spelling.name for spelling in spellings(secret.encode())}
