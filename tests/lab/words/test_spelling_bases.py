"""A UUID, a key in hexadecimal or a number in another base, in halves, in words, and in other byte orders."""

from __future__ import annotations

import base64
import json
import pickle
import struct
import uuid
from functools import cache
from typing import TYPE_CHECKING

from overheard.words.secret import Secret
from overheard.words.spelling import spellings
from overheard_capture.search import Search
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

UUID, KEY, CARD = "7c1e9a52-3b4d-4f68-9a0b-c2d4e6f81357", "9f3c5a7e1b2d4068ace1357924680bdf12c4e7a9", "4929731865204173"
BITCOIN = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

search = cache(lambda secret: Search(Secret("secret", secret.encode()), engine="re"))


def seen(secret: str, data: str | bytes) -> set[str]:
    """The names of the spellings of the secret in these bytes."""
    data = data.encode() if isinstance(data, str) else data
    return {match.spelling for match in search(secret).matches(b"It is " + data + b" indeed")}


def based(number: int, alphabet: str) -> str:
    written = ""
    while number:
        number, digit = divmod(number, len(alphabet))
        written = alphabet[digit] + written
    return written


def halves(form: str, order: str = ">qq") -> Callable[[bytes], str]:
    return lambda raw: form % struct.unpack(order, raw)


def escaped(raw: bytes) -> str:
    return "".join(f"\\{byte:02x}" for byte in uuid.UUID(bytes=raw).bytes_le)


def packed(raw: bytes) -> str:
    fields = (raw[:4], raw[4:6], raw[6:8], *(raw[at : at + 1] for at in range(8, 16)))
    return "".join(field.hex()[::-1].upper() for field in fields)


IDENTIFIERS: dict[str, Callable[[bytes], str | bytes]] = {
    "Jackson": halves('{"mostSigBits": %d, "leastSigBits": %d}'),
    "Minecraft": halves("UUIDLeast:%dL,UUIDMost:%dL"),
    "Minecraft's words": halves("[I;%d,%d,%d,%d]", ">4i"),
    "Datadog": lambda raw: f'"_dd.p.tid":"{raw[:8].hex()}","trace_id":{int.from_bytes(raw[8:])}',
    "OID": lambda raw: f"2.25.{int.from_bytes(raw)}",
    "ULID": lambda raw: based(int.from_bytes(raw), "0123456789ABCDEFGHJKMNPQRSTVWXYZ"),
    "TypeID": lambda raw: "user_" + based(int.from_bytes(raw), "0123456789abcdefghjkmnpqrstvwxyz"),
    "base 58": lambda raw: based(int.from_bytes(raw), BITCOIN),
    "shortuuid": lambda raw: based(int.from_bytes(raw), BITCOIN[1:]),
    "base 62": lambda raw: based(int.from_bytes(raw), "0123456789" + LETTERS + LETTERS.lower()),
    "pickle": lambda raw: pickle.dumps(uuid.UUID(bytes=raw)),
    "BSON of Java": lambda raw: base64.b64encode(raw[7::-1] + raw[:7:-1]),
    "UUID_TO_BIN": lambda raw: raw[6:8] + raw[4:6] + raw[:4] + raw[8:],
    "Bluetooth": lambda raw: raw[::-1].hex(":"),
    "LDAP": escaped,
    "Windows Installer": packed,
}
KEYS: dict[str, Callable[[bytes], str | bytes]] = {
    "serial number": lambda raw: f"serial: {int.from_bytes(raw)}",
    "CryptoJS": lambda raw: json.dumps({"words": struct.unpack(f">{len(raw) // 4}i", raw)}),
    "unsigned words": lambda raw: str(struct.unpack(f"<{len(raw) // 4}I", raw)),
    "base 36": lambda raw: based(int.from_bytes(raw), "0123456789" + LETTERS),
    "base32hex": lambda raw: base64.b32hexencode(raw).decode().rstrip("="),
    "Bech32": lambda raw: "bc1q" + raw_bits(raw, "qpzry9x8gf2tvdw0s3jn54khce6mua7l"),
    "Nix": lambda raw: based(int.from_bytes(raw, "little"), "0123456789abcdfghijklmnpqrsvwxyz"),
}
NUMBERS: dict[str, Callable[[int], str]] = {
    "hexadecimal": hex,
    "octal": oct,
    "binary": bin,
    "Long.js": lambda number: json.dumps({"low": (number & 0xFFFFFFFF) - (1 << 32), "high": number >> 32}),
}


def raw_bits(raw: bytes, alphabet: str) -> str:
    standard = base64.b32encode(raw).decode().rstrip("=")
    return standard.translate(str.maketrans(LETTERS + "234567", alphabet))


@for_each(form=IDENTIFIERS)
def test_a_uuid_is_found(form: str) -> None:
    raw = uuid.UUID(UUID).bytes
    assert seen(UUID, IDENTIFIERS[form](raw)) <= {
        "in another base",
        "decoded",
        "decoded in hexadecimal",
        "decoded, in base64",
    }
    assert seen(UUID, IDENTIFIERS[form](raw))
    for other in (raw[:-1] + b"\x56", b"\x7d" + raw[1:]):
        assert not seen(UUID, IDENTIFIERS[form](other))


@for_each(form=KEYS)
def test_a_key_is_found(form: str) -> None:
    raw = bytes.fromhex(KEY)
    assert seen(KEY, KEYS[form](raw))
    for other in (raw[:-1] + b"\xa8", b"\x9e" + raw[1:]):
        assert not seen(KEY, KEYS[form](other))


@for_each(form=NUMBERS)
def test_a_number_is_found(form: str) -> None:
    assert seen(CARD, NUMBERS[form](int(CARD)))
    assert not seen(CARD, NUMBERS[form](int(CARD) + 1))


def test_one_half_is_not_the_whole() -> None:
    high, low = struct.unpack(">qq", uuid.UUID(UUID).bytes)
    assert not seen(UUID, f'{{"mostSigBits": {high}, "leastSigBits": {low + 1}}}')


def test_small_numbers_are_none_of_these() -> None:
    """What any list of numbers has."""
    assert not seen("00000001-0000-0002-0000-000300000004", "[1, 2, 3, 4]; (1, 2, 3, 4)")
    assert not seen(str((256 << 32) + 7), '{"low": 7, "high": 256}')
    assert "in another base" not in {spelling.name for spelling in spellings(b"4711") + spellings(b"acorns and nuts")}
