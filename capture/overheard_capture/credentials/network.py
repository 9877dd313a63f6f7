"""Credentials of directories, authentication and remote access: LDAP, SNMP, NTLM, Kerberos, SOCKS, VNC and PPP."""

from __future__ import annotations

import re

from overheard.words.named_tuple import NamedTuple
from overheard_capture.credentials.kind import CredentialKind, CredentialMessage, CredentialPattern, CredentialRange
from overheard_capture.credentials.values import is_text

_SEQUENCE, _OCTETS, _BIND, _SIMPLE = 0x30, 0x04, 0x60, 0x80
# The first tag of a PDU of SNMP, and the last one (RFC 3416, 3).
_FIRST_PDU, _LAST_PDU = 0xA0, 0xA8
# AES and RC4, as integers of BER (RFC 3962, 7; RFC 4757, 4; RFC 8009, 5).
_ENCRYPTION_TYPES = tuple(bytes((2, 1, number)) for number in (17, 18, 19, 20, 23))
# Where a type 3 message of NTLM has the length of its NT response, and the shortest response (MS-NLMP, 2.2.1.3).
_NT_FIELD, _SHORTEST_NT = 20, 24


class _Element(NamedTuple):
    """An element of BER (X.690, 8.1): its tag, and where its content begins and ends."""

    tag: int
    begin: int
    end: int

    @classmethod
    def at(cls, text: bytes, place: int) -> _Element | None:
        """The element at a place, whose length has up to four bytes."""
        head = text[place : place + 2]
        if len(head) < 2:
            return None
        tag, length = head
        begin = place + 2
        if length & 0x80:
            size = length & 0x7F
            if not 0 < size <= 4 or len(text) < begin + size:
                return None
            length = int.from_bytes(text[begin : begin + size])
            begin += size
        return cls(tag, begin, begin + length)

    @classmethod
    def before(cls, text: bytes, place: int, tag: int) -> tuple[int, _Element] | None:
        """The element of this tag whose content begins at a place, and where it begins itself."""
        for start in range(place - 2, max(place - 7, -1), -1):
            if text[start] == tag and (found := cls.at(text, start)) and found.begin == place:
                return start, found
        return None


def _ldap(text: bytes, at: int) -> CredentialRange | None:
    """A bind with a name and a password (RFC 4511, 4.2)."""
    outer = _Element.before(text, at, _BIND)
    name = _Element.at(text, at + 3)
    password = _Element.at(text, name.end) if name else None
    if not (outer and name and password and name.tag == _OCTETS and password.tag == _SIMPLE):
        return None
    start, bind = outer
    is_right = password.end == bind.end and name.begin < name.end and password.begin < password.end
    is_right = is_right and is_text(text[name.begin : name.end]) and bind.end <= len(text)
    return CredentialRange(start, bind.end, password.begin, password.end) if is_right else None


def _snmp(text: bytes, at: int) -> CredentialRange | None:
    """A message with a community (RFC 1157, 4; RFC 1901, 3)."""
    outer = _Element.before(text, at, _SEQUENCE)
    community = _Element.at(text, at + 3)
    pdu = _Element.at(text, community.end) if community else None
    if not (outer and community and pdu and _FIRST_PDU <= pdu.tag <= _LAST_PDU and pdu.end == outer[1].end):
        return None
    is_right = community.begin < community.end and is_text(text[community.begin : community.end])
    return CredentialRange(outer[0], pdu.begin, community.begin, community.end) if is_right else None


def _ntlm(text: bytes, at: int) -> CredentialRange | None:
    """A response to a challenge, of somebody (MS-NLMP, 2.2.1.3)."""
    place = at + _NT_FIELD
    length, offset = (int.from_bytes(text[place + i : place + i + size], "little") for i, size in ((0, 2), (4, 4)))
    begin = at + offset
    if length < _SHORTEST_NT or offset < 64 or begin + length > len(text):
        return None
    return CredentialRange(at, begin + length, begin, begin + length)


def _kerberos(text: bytes, at: int) -> CredentialRange | None:
    """PA-ENC-TIMESTAMP: the time, encrypted with the password (RFC 4120, 5.2.7.2)."""
    place, element = at + 5, None
    for tag in (0xA2, _OCTETS, _SEQUENCE, 0xA0):
        element = _Element.at(text, place)
        if not element or element.tag != tag:
            return None
        place = element.begin
    if not element or text[element.begin : element.end] not in _ENCRYPTION_TYPES:
        return None
    cipher = _Element.at(text, element.end)
    value = _Element.at(text, cipher.begin) if cipher else None
    if not cipher or not value or (cipher.tag, value.tag) != (0xA2, _OCTETS) or value.end > len(text):
        return None
    return CredentialRange(at, value.end, value.begin, value.end) if value.begin < value.end else None


def _socks(text: bytes, at: int) -> CredentialRange | None:
    """A choice of methods, and user and password (RFC 1928, 3; RFC 1929, 2)."""
    found = _user_and_password(text, at, at + 2 + text[at + 1] + 1)
    return found if found and text[found.end : found.end + 1] in (b"", b"\x05") else None


def _pap(text: bytes, at: int) -> CredentialRange | None:
    """Authenticate-Request of PPP (RFC 1334, 2.2.1)."""
    place = at + 6
    found = _user_and_password(text, at, place)
    return found if found and int.from_bytes(text[at + 4 : place]) == found.end - at - 2 else None


def _user_and_password(text: bytes, at: int, place: int) -> CredentialRange | None:
    """Both at a place, each after its length in one byte, in a message that begins at `at`."""
    user_end = place + 1 + text[place] if place < len(text) else len(text)
    if user_end >= len(text):
        return None
    begin = user_end + 1
    end = begin + text[user_end]
    is_right = end <= len(text) and all(
        each and is_text(each) for each in (text[place + 1 : user_end], text[begin:end])
    )
    return CredentialRange(at, end, begin, end) if is_right else None


NETWORK: tuple[CredentialKind, ...] = (
    CredentialMessage("ldap-bind", (b"\x02\x01\x03\x04", b"\x02\x01\x02\x04"), _ldap),
    CredentialMessage("snmp-community", (b"\x02\x01\x00\x04", b"\x02\x01\x01\x04"), _snmp),
    CredentialMessage("ntlm-response", (b"NTLMSSP\x00\x03\x00\x00\x00",), _ntlm),
    CredentialMessage("kerberos-timestamp", (b"\xa1\x03\x02\x01\x02\xa2",), _kerberos),
    CredentialMessage(
        "socks-password",
        (b"\x05\x01\x02\x01", b"\x05\x02\x00\x02\x01", b"\x05\x02\x02\x00\x01", b"\x05\x03\x00\x01\x02\x01"),
        _socks,
    ),
    CredentialPattern(
        "vnc-response",
        (b"RFB 003.007\n\x02", b"RFB 003.008\n\x02"),
        # RFC 6143, 7.2.2: the response to a challenge, and then whether to share the desktop.
        re.compile(rb"RFB 003\.00[78]\n\x02(?P<value>[\x00-\xff]{16})[\x00\x01]"),
    ),
    CredentialMessage("ppp-pap", (b"\xc0\x23\x01",), _pap),
)
