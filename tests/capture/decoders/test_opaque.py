"""Opaque values in text: short ones are counted, large ones are a reason."""

from __future__ import annotations

# ruff: noqa: S311, S324 - reproducible noise, and the hashes that old lists have
import base64
import binascii
import gzip
import hashlib
import json
import random
import string
import struct
import urllib.parse
import uuid
from typing import TYPE_CHECKING

import lz4.frame  # type: ignore[import-untyped]  # it publishes no types
import pytest

from capture.played import SEARCH, outcome, played
from capture.wrapped import noise
from overheard.words.ground import MOST_COUNTED
from overheard.words.layer import Layer
from overheard_capture.content.findings import Reason, UnreadContent
from overheard_capture.content.opaque_values import CONTENT_VALUE, FERNET_TOKEN, LARGE_VALUE, MAX_VALUE
from overheard_capture.content.opaque_values import VALUE as OPAQUE
from overheard_capture.decoders.untyped import untyped
from rows import for_each

if TYPE_CHECKING:
    from collections.abc import Callable

WIDE = "where the key is, and when to come for it"
LOREM = b"The quick brown fox jumps over the lazy dog, and nobody sees it. " * 20


def uuencoded(data: bytes) -> bytes:
    lines = [binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45)]
    return b"begin 644 x\n" + b"".join(lines) + b"`\nend\n"


CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "base64": base64.b64encode,
    "base64url": lambda data: base64.urlsafe_b64encode(data).rstrip(b"="),
    "base64 in lines": base64.encodebytes,
    "base64 in JSON": lambda data: json.dumps({"a": base64.b64encode(data).decode()}).replace("/", "\\/").encode(),
    "hexadecimal": lambda data: data.hex().encode(),
    "hexadecimal with blanks": lambda data: data.hex(" ").upper().encode(),
    "hexadecimal in lines": lambda data: b"\n".join(
        data[at : at + 30].hex().encode() for at in range(0, len(data), 30)
    ),
    "base32": base64.b32encode,
    "base32hex": lambda data: base64.b32hexencode(data).lower(),
    "Ascii85": lambda data: b"<~" + base64.a85encode(data) + b"~>",
    "uuencode": uuencoded,
    "percent-encoded": lambda data: b"x=" + urllib.parse.quote(data, safe="").encode(),
    "base64 twice": lambda data: base64.b64encode(b"see: " + base64.b64encode(data)),
}
OPAQUE_BYTES = {
    "random": noise(MAX_VALUE + 100, 7),
    "text under XOR": bytes(byte ^ 0x5A for byte in LOREM),
    "text before them": b"Nothing to see here, really. " + noise(MAX_VALUE + 100, 8),
}


@for_each(content=OPAQUE_BYTES, coding=CODINGS)
def test_a_large_value_is_a_reason(coding: str, content: str) -> None:
    text = b'<a b="' + CODINGS[coding](OPAQUE_BYTES[content]) + b'">more</a>'
    if coding == "uuencode":
        text = text.replace(b'<a b="', b"")
    findings = played(untyped, text)
    assert {each.what for each in findings.unread} == {LARGE_VALUE}
    for size in (29, 1000):
        assert outcome(played(untyped, text, range(0, len(text), size))) == outcome(findings)


# Behind a word, where no reader knows that it begins.
UNREADABLE = {
    "UTF-16": b"alice" + ("note: " + WIDE).encode("utf-16-be"),
    "records": b"".join(struct.pack("<HHI", number, number * 7, 100 + number) for number in range(20)),
    "EBCDIC in LZ4": lz4.frame.compress(b"\x15" + WIDE.encode("cp037")),
    "EBCDIC in a damaged archive": gzip.compress((WIDE * 4).encode("cp037"), mtime=0)[:-20] + WIDE.encode("cp037"),
}


@pytest.mark.parametrize("content", UNREADABLE)
@pytest.mark.parametrize("coding", ["base64", "hexadecimal", "hexadecimal with blanks", "percent-encoded", "uuencode"])
def test_a_short_one_that_does_not_look_random_is_a_reason(coding: str, content: str) -> None:
    text = CODINGS[coding](UNREADABLE[content]) + b"\n"
    findings = played(untyped, text)
    # What base64 or uuencode decodes to may be words, of which only zeros are certain to be content.
    is_known = content != "EBCDIC in a damaged archive" or coding not in ("base64", "uuencode")
    assert {each.what for each in findings.unread} == ({CONTENT_VALUE} if is_known else set())
    for size in (29, 1000):
        assert outcome(played(untyped, text, range(0, len(text), size))) == outcome(findings)


@for_each(size=[0, 400], write=[base64.b64encode, base64.encodebytes, bytes.hex])
def test_an_encrypted_file_is_a_reason_of_any_size(size: int, write: Callable[[bytes], bytes | str]) -> None:
    """Whoever sends it may send its password as well."""
    encrypted, name = noise(60 + size), b"a.txt"
    sizes = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 1, 0, 0, 0, 0, len(encrypted), len(encrypted), len(name), 0)
    written = write(sizes + name + encrypted)
    text = written if isinstance(written, bytes) else written.encode()
    findings = played(untyped, b"The password is monday.\r\n\r\n" + text + b"\r\n")
    assert {each.why for each in findings.unread} == {Reason.OPAQUE}


def test_many_zeros_do_not_make_a_large_value_a_number() -> None:
    page = (b"SQLite format 3\0\x10\0\1\1\0@  " + bytes(3000) + noise(90)).hex(" ").encode()
    assert {each.what for each in played(untyped, page).unread} == {LARGE_VALUE}
    assert not played(untyped, b"%060d" % 17 + b" %060d" % 42).unread


def test_a_database_is_no_word_and_no_list_of_numbers() -> None:
    """Most of it is zeros: in base32 hardly any digits, and any list of numbers may have many."""
    page = b"SQLite format 3\0\x10\0\1\1\0@  " + bytes(3000) + noise(90)
    for data, is_there in ((page, True), (b"format 3" + page, False)):
        for text in (base64.b32encode(data), json.dumps([*data]).encode()):
            reasons = {each.what for each in played(untyped, text).unread}
            assert bool(reasons & {LARGE_VALUE, CONTENT_VALUE}) == is_there, text


@pytest.mark.parametrize("end", [b"\n ", b"\r\n ", b"\\n "])
def test_a_database_in_folded_lines_is_a_reason(end: bytes) -> None:
    """As in LDIF, where the next line begins with a blank: the first one may be all that is taken for the run."""
    database = b"SQLite format 3\0\x10\0\1\1\0@  " + bytes(3000) + noise(90)
    for data, is_there in ((database, True), (noise(90), False)):
        text = base64.b64encode(data)
        rows = [b"description:: " + text[:63], *(text[at : at + 75] for at in range(63, len(text), 75))]
        findings = played(untyped, b"dn: cn=alice\ncn: alice\n" + end.join(rows) + b"\n")
        assert bool({each.what for each in findings.unread} & {LARGE_VALUE, CONTENT_VALUE}) == is_there


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_database_in_a_literal_is_a_reason_and_other_bytes_are_none(size: int) -> None:
    database = b"SQLite format 3\0\x10\0\1\1\0@  " + bytes(1000) + noise(90)
    for data, what in ((database, {LARGE_VALUE}), (database[16:], set()), (noise(600), set())):
        text = b"x = '" + b"".join(b"\\%03o" % byte for byte in data) + b"';\ny = '\\x00\\x01';\n"
        findings = played(untyped, text, range(0, len(text), size))
        assert {each.what for each in findings.unread} == what


def test_what_may_be_a_word_is_one_only_if_many_bytes_are_zero() -> None:
    text = base64.b64encode(b"alice" + WIDE.encode("cp037"))
    findings = played(untyped, text)
    assert not findings.unread
    assert findings.values


@for_each(size=[24, 32, 64, 250, MAX_VALUE], coding=CODINGS)
def test_a_short_one_is_counted(coding: str, size: int) -> None:
    findings = played(untyped, CODINGS[coding](noise(size, 1)) + b"\n")
    assert not findings.unread
    assert list(findings.values) == [OPAQUE]
    assert max(findings.values[OPAQUE].values()) in range(size - 1, size + 2)


@for_each(coding=CODINGS)
def test_what_is_shorter_than_any_secret_is_neither(coding: str) -> None:
    findings = played(untyped, b"x " + CODINGS[coding](noise(SEARCH.shortest - 1, 1)) + b"\n")
    assert not findings.unread
    assert not findings.values


def test_the_same_one_is_counted_once() -> None:
    text = b"".join(b"Set-Cookie: id=%b\r\n" % base64.b64encode(noise(32, number % 3)) for number in range(9))
    assert played(untyped, text).values.amounts[OPAQUE] == (3, 32, 96)


def test_a_large_one_is_reported_under_its_layers() -> None:
    text = gzip.compress(b"token=" + base64.b64encode(noise(2000)))
    assert [*played(untyped, text).unread] == [
        UnreadContent(Reason.OPAQUE, LARGE_VALUE, (Layer("gzip"), Layer("base64")))
    ]


def test_a_fernet_token_is_named() -> None:
    token = base64.urlsafe_b64encode(b"\x80" + (1_700_000_000).to_bytes(8) + noise(16 + 96 + 32))
    findings = played(untyped, b'{"token": "' + token + b'"}')
    assert not findings.unread
    assert findings.values.amounts == {FERNET_TOKEN: (1, 153, 153)}


def words(kind: str) -> str:
    chosen = random.Random(1)
    some = ["".join(chosen.choices(string.ascii_lowercase, k=chosen.randint(4, 9))) for _ in range(300)]
    if kind == "camelCase":
        return "".join(word.capitalize() for word in some) + "2"
    return kind.join([*some, "X1"])


LISTS = {
    "hashes": "\n".join(hashlib.sha256(b"%d" % number).hexdigest() for number in range(3000)),
    "hashes and a word": "commit\n" + "\n".join(hashlib.sha1(b"%d" % number).hexdigest() for number in range(200)),
    "checksums": "\n".join(f"{hashlib.md5(b'%d' % number).hexdigest()}  file{number}.txt" for number in range(200)),
    "UUIDs": "\r\n".join(str(uuid.UUID(int=number * 7919**12 % 2**128)) for number in range(1, 200)),
    "hardware addresses": "\n".join(noise(6, number).hex(":") for number in range(300)),
    "fingerprints": "\n".join(noise(20, number).hex(":").upper() for number in range(100)),
    "identifiers": "\n".join(base64.urlsafe_b64encode(noise(18, number)).decode() for number in range(100)),
}
LOOK_ALIKES = {
    "a path": words("/"),
    "a slug": words("-"),
    "camelCase": words("camelCase"),
    "DNA": "\n".join("".join(random.Random(2).choices("ACGT", k=70)) for _ in range(40)),
    "a protein": "\n".join("".join(random.Random(2).choices("ACDEFGHIKLMNPQRSTVWY", k=60)) for _ in range(40)),
    "digits of a number": "".join(random.Random(3).choices("0123456789", k=4000)),
    "numbers": " ".join(str(random.Random(4).randint(10, 99)) for _ in range(2000)),
    "a line": "-" * 2000 + "=" * 2000 + "_" * 2000 + "A" * 2000,
    "a map of source": ",".join(["AAAA;SAAS", "CAAC", "KAAKA", "GAAG"] * 400),
    "text in another charset": urllib.parse.quote("слова и ещё слова " * 60, encoding="cp1251"),
    "base64 of text": base64.b64encode(LOREM).decode(),
    "gzip in base64": base64.b64encode(gzip.compress(LOREM)).decode(),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_no_large_value(name: str) -> None:
    text = LISTS[name].encode()
    findings = played(untyped, text)
    assert not findings.unread
    assert max(findings.values[OPAQUE].values()) <= 64
    for size in (777, 65_537):
        assert outcome(played(untyped, text, range(0, len(text), size))) == outcome(findings)


@pytest.mark.parametrize("write", [bytes, base64.b64encode], ids=["as text", "in base64"])
@pytest.mark.parametrize(("made", "counted"), [(30, 30), (MOST_COUNTED + 200, MOST_COUNTED)])
def test_different_digests_are_counted_up_to_the_most(write: Callable[[bytes], bytes], made: int, counted: int) -> None:
    digests = [hashlib.sha1(b"%d" % number).hexdigest() for number in range(made)]
    findings = played(untyped, write(json.dumps([*digests, *digests, "0123456789abcdef"]).encode()))
    assert len(findings.values[OPAQUE]) == counted
    assert {*findings.values[OPAQUE].values()} <= {19, 20}
    assert not findings.unread


@for_each(name=LOOK_ALIKES)
def test_what_only_resembles_one_is_none(name: str) -> None:
    findings = played(untyped, b"x: " + LOOK_ALIKES[name].encode() + b"\n")
    assert not findings.unread
    assert not findings.values


def jwt(size: int) -> bytes:
    parts = (b'{"alg":"RS256","typ":"JWT"}', json.dumps({"sub": "1", "scope": "a b " * 90}).encode(), noise(size))
    return b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)


HASH = base64.b64encode(noise(64)).decode()
NTLM = b"NTLMSSP\0\1\0\0\0\x97\x82\x08\x62" + bytes(16) + b"\x0a\0\xba\x47\0\0\0\x0f"
BSON = b"\x2f\0\0\0\x02user\0\6\0\0\0alice\0\5note\0\5\0\0\0\0hello\x10size\0\x11\0\0\0\0"
ORDINARY = {
    "a document of BSON": b'{"a": "' + base64.b64encode(BSON) + b'"}',
    "a document of BSON in hexadecimal": BSON.hex(" ").encode(),
    "a message of NTLM": b"Authorization: NTLM " + base64.b64encode(NTLM),
    "a list of addresses": b"2001:0db8:0000:0000:0000:0000:0000:0001, 2001:0db8:0000:0000:0000:0000:0000:0002",
    "a UUID with a time": b"id=6ba7b810-9dad-11d1-80b4-00c04fd430c8",
    "a token signed by RS256": b"Authorization: Bearer " + jwt(256),
    "a token signed by ES512": b"Cookie: session=" + jwt(132) + b"; theme=dark",
    "a page": f'<input name="csrf" value="{HASH}"><script integrity="sha512-{HASH}" nonce="{HASH[:22]}">'.encode(),
    "a lock file": json.dumps({"packages": {f"a{n}": {"integrity": f"sha512-{HASH}"} for n in range(50)}}).encode(),
    "a signed URL": b"/key?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260101%2Feu%2Fs3"
    b"%2Faws4_request&X-Amz-Signature=" + noise(32).hex().encode(),
    "a redirect of OAuth": b"Location: /cb?state="
    + base64.urlsafe_b64encode(noise(32))
    + b"&code=4%2F0A"
    + HASH[:60].encode(),
    "a session of Django": b"sessionid=" + base64.b32encode(noise(20)).lower() + b"; csrftoken=" + HASH[:64].encode(),
    "a session of Rails": b"_app_session="
    + b"--".join(urllib.parse.quote(base64.b64encode(noise(size)), safe="").encode() for size in (300, 12, 16)),
    "references of git": b"".join(b"003f%b refs/heads/x%d\n" % (noise(20, n).hex().encode(), n) for n in range(99)),
    "an index of packages": b"".join(
        b"Package: a%d\nSHA256: %b\nMD5sum: %b\n\n" % (n, noise(32, n).hex().encode(), noise(16, n).hex().encode())
        for n in range(99)
    ),
    "a map of sources": json.dumps({"version": 3, "mappings": ";;AAAA,SAAS,CAAC,CAAC,EAAE,MAAM,GAAG" * 99}).encode(),
}


@for_each(name=ORDINARY)
def test_what_is_ordinary_is_no_reason(name: str) -> None:
    assert not played(untyped, ORDINARY[name]).unread
