"""Logins of databases and message queues: PostgreSQL, MySQL, SQL Server, Redis, MQTT and AMQP."""

from __future__ import annotations

import re

from overheard_capture.credentials.kind import (
    CredentialKind,
    CredentialMessage,
    CredentialPattern,
    CredentialRange,
    worded,
)
from overheard_capture.credentials.values import is_text, plain_tds

_MD5 = re.compile(rb"md5[0-9a-f]{32}")
# A startup message with its parameters, and a PasswordMessage with its length
# (https://www.postgresql.org/docs/current/protocol-message-formats.html).
_POSTGRESQL = re.compile(
    rb"\x00\x03\x00\x00user\x00[^\x00]{1,64}\x00(?:[^\x00]{1,64}\x00[^\x00]{0,200}\x00){0,20}\x00"
    rb"p\x00\x00(?P<length>[\x00-\xff]{2})(?P<value>[^\x00]{1,1000})\x00"
)
# Characters of a password in TDS.
_MOST_CHARACTERS = 128
_USER, _PASSWORD, _WILL = 0x80, 0x40, 0x04

# A string of RESP.
_BULK = rb"\$[0-9]{1,4}\r\n%b\r\n"


def _is_whole(match: re.Match[bytes]) -> bool:
    return int.from_bytes(match["length"]) == len(match["value"]) + 5


def _is_postgresql_password(match: re.Match[bytes]) -> bool:
    return _is_whole(match) and not _MD5.fullmatch(match["value"])


def _is_postgresql_md5(match: re.Match[bytes]) -> bool:
    return _is_whole(match) and _MD5.fullmatch(match["value"]) is not None


# From the second half of the header on: capabilities, maximum size, character set, 23 zeros; a user, what answers the
# challenge, perhaps a database, and how it was made (https://dev.mysql.com/doc/dev/mysql-server/latest/).
_MYSQL = re.compile(
    rb"[\x00-\xff]{2}\x00\x01[\x00-\xff]{9}\x00{23}[^\x00]{1,96}\x00(?:\x14(?P<native>[\x00-\xff]{20})|"
    rb"\x20(?P<sha2>[\x00-\xff]{32}))(?:[^\x00]{1,64}\x00)?(?:mysql_native_password|caching_sha2_password)\x00"
)


def _mysql(text: bytes, at: int) -> CredentialRange | None:
    for begin in range(at - 57, max(at - 256, -1), -1):
        if text[begin + 2 : begin + 4] == b"\x00\x01" and (match := _MYSQL.match(text, begin)):
            group = "native" if match["native"] else "sha2"
            return CredentialRange(*match.span(), *match.span(group)) if match.end() > at else None
    return None


def _field(text: bytes, at: int) -> tuple[int, int]:
    """Where a field with its length in two bytes begins and ends."""
    begin = at + 2
    return begin, begin + int.from_bytes(text[at:begin])


def _mqtt(text: bytes, at: int) -> CredentialRange | None:
    """CONNECT: name and version of the protocol, flags, and fields (OASIS MQTT 3.1.1, 3.1; 5.0, 3.1)."""
    place = _field(text, at)[1]
    head = text[place : place + 4]
    if len(head) < 4 or head[0] not in (3, 4, 5) or not (head[1] & _USER and head[1] & _PASSWORD) or head[1] & 1:
        return None
    version, flags = head[0], head[1]
    place += 4
    if version == 5:
        place = _after_properties(text, place)
    place = _field(text, place)[1]
    if flags & _WILL:
        if version == 5:
            place = _after_properties(text, place)
        place = _field(text, _field(text, place)[1])[1]
    user_begin, user_end = _field(text, place)
    begin, end = _field(text, user_end)
    is_right = user_begin < user_end and is_text(text[user_begin:user_end])
    return CredentialRange(at, end, begin, end) if is_right and begin < end <= len(text) else None


def _after_properties(text: bytes, at: int) -> int:
    """What follows properties of MQTT 5, whose length is a number of 7 bits a byte."""
    length = shift = 0
    for byte in text[at : at + 4]:
        at += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    return at + length


def _amqp(text: bytes, at: int) -> CredentialRange | None:
    """The mechanism PLAIN and its response, in 0-9-1 with a length of four bytes, in 1.0 as binary of one byte."""
    place = at + 6
    if text[place : place + 1] == b"\xa0":
        begin, length = place + 2, int.from_bytes(text[place + 1 : place + 2])
    else:
        begin, length = place + 4, int.from_bytes(text[place : place + 4])
    parts = text[begin : begin + length].split(b"\0")
    if not 3 < length <= 1000 or begin + length > len(text) or len(parts) != 3 or not all(parts[1:]):
        return None
    end = begin + length
    return CredentialRange(at, end, end - len(parts[2]), end) if all(map(is_text, parts)) else None


# A packet of TDS with a login: what is before the version in it, where the password is, and what hides that (MS-TDS,
# 2.2.3.1 and 2.2.6.4).
_LOGIN, _VERSION_AT, _PASSWORD_AT = 0x10, 12, 44


def _tds(text: bytes, at: int) -> CredentialRange | None:
    """LOGIN7: offsets and lengths of fields, of which the password is hidden in a way that everybody can undo."""
    start = at - _VERSION_AT
    login = start + 8
    if start < 0 or text[start] != _LOGIN or text[start + 1] > 1 or len(text) < login + _PASSWORD_AT + 4:
        return None
    length = int.from_bytes(text[login : login + 4], "little")
    place = login + _PASSWORD_AT
    offset, size = (int.from_bytes(text[each : each + 2], "little") for each in (place, place + 2))
    begin, end = login + offset, login + offset + 2 * size
    is_right = 0 < size <= _MOST_CHARACTERS and offset > _PASSWORD_AT and offset + 2 * size <= length
    if not is_right or end > len(text) or not plain_tds(text[begin:end]):
        return None
    return CredentialRange(start, end, begin, end)


STORES: tuple[CredentialKind, ...] = (
    CredentialPattern("postgresql-password", (b"\x00\x03\x00\x00user\x00",), _POSTGRESQL, _is_postgresql_password),
    CredentialPattern("postgresql-md5", (b"\x00\x03\x00\x00user\x00",), _POSTGRESQL, _is_postgresql_md5),
    CredentialMessage("mysql-response", (b"mysql_native_password\x00", b"caching_sha2_password\x00"), _mysql),
    # Versions 7.0 to 7.4; of 7.2 and later, everybody has one minor number.
    CredentialMessage(
        "tds-password",
        tuple(map(bytes.fromhex, ("00000070", "00000071", "01000071", "02000972", "03000a73", "03000b73", "04000074"))),
        _tds,
    ),
    CredentialMessage("mqtt-password", (b"\x00\x04MQTT", b"\x00\x06MQIsdp"), _mqtt),
    CredentialMessage("amqp-password", (b"\x05PLAIN\x00\x00", b"\x05PLAIN\xa0"), _amqp),
    # A user may be before the password: the length of the array, or the command before it, tells.
    worded(
        "redis-password",
        (b"*2\r\n$4\r\nauth\r\n",),
        rb"\*2\r\n\$4\r\n(?i:auth)\r\n" + _BULK % rb"(?P<value>[^\r\n]{1,512})",
    ),
    worded(
        "redis-password",
        (b"*3\r\n$4\r\nauth\r\n", b"hello\r\n$1\r\n3\r\n$4\r\nauth\r\n"),
        rb"(?:\*3|(?i:hello)\r\n\$1\r\n3)\r\n\$4\r\n(?i:auth)\r\n"
        + _BULK % rb"[^\r\n]{1,256}"
        + _BULK % rb"(?P<value>[^\r\n]{1,512})",
    ),
)
