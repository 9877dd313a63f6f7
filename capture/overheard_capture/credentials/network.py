"""Credentials of directories, authentication and remote access: LDAP, SNMP, NTLM, SOCKS, VNC and PPP."""

from __future__ import annotations

import re

from overheard_capture.credentials.ber import OCTETS, SEQUENCE, BerElement
from overheard_capture.credentials.kind import CredentialKind, CredentialMessage, CredentialPattern, CredentialRange
from overheard_capture.credentials.values import is_text

_BIND, _SIMPLE = 0x60, 0x80
# The first tag of a PDU of SNMP, and the last one (RFC 3416, 3).
_FIRST_PDU, _LAST_PDU = 0xA0, 0xA8
# Security parameters of SNMPv3: the engine, its boots and time, the user, the digest, and a salt (RFC 3414, 2.4); and
# the lengths of digests, of MD5 and SHA (RFC 3414; RFC 7860, 4.2.2).
_SECURITY, _DIGESTS = (OCTETS, 2, 2, OCTETS, OCTETS, OCTETS), (12, 16, 24, 32, 48)
# Where a type 3 message of NTLM has the length of its NT response, and the shortest response (MS-NLMP, 2.2.1.3).
_NT_FIELD, _SHORTEST_NT = 20, 24


def _ldap(text: bytes, at: int) -> CredentialRange | None:
    """A bind with a name and a password (RFC 4511, 4.2)."""
    outer = BerElement.before(text, at, _BIND)
    name = BerElement.at(text, at + 3)
    password = BerElement.at(text, name.end) if name else None
    if not (outer and name and password and name.tag == OCTETS and password.tag == _SIMPLE):
        return None
    start, bind = outer
    is_right = password.end == bind.end and name.begin < name.end and password.begin < password.end
    is_right = is_right and is_text(text[name.begin : name.end]) and bind.end <= len(text)
    return CredentialRange(start, bind.end, password.begin, password.end) if is_right else None


def _snmp(text: bytes, at: int) -> CredentialRange | None:
    """A message with a community (RFC 1157, 4; RFC 1901, 3)."""
    outer = BerElement.before(text, at, SEQUENCE)
    community = BerElement.at(text, at + 3)
    pdu = BerElement.at(text, community.end) if community else None
    if not (outer and community and pdu and _FIRST_PDU <= pdu.tag <= _LAST_PDU and pdu.end == outer[1].end):
        return None
    is_right = community.begin < community.end and is_text(text[community.begin : community.end])
    return CredentialRange(outer[0], pdu.begin, community.begin, community.end) if is_right else None


def _snmp_user(text: bytes, at: int) -> CredentialRange | None:
    """A message of SNMPv3 with a digest, whose key is made of the password (RFC 3412, 6; RFC 3414, 2.4 and 6.3.1).

    Each message has another digest. So what is found is the user.
    """
    outer = BerElement.before(text, at, SEQUENCE)
    head, security = (BerElement.at(text, at + 3), None) if outer else (None, None)
    if head and head.end < len(text):
        security = BerElement.inside(text, head.end, OCTETS, SEQUENCE)
    if not outer or not head or not security:
        return None
    flags = [each for each in BerElement.all_at(text, head.begin, head.end) if each.tag == OCTETS]
    parts = [*BerElement.all_at(text, security.begin, security.end)]
    if tuple(each.tag for each in parts) != _SECURITY or len(flags) != 1:
        return None
    user, digest = parts[3], parts[4]
    is_authenticated = flags[0].end - flags[0].begin == 1 and text[flags[0].begin] & 1
    is_right = digest.end - digest.begin in _DIGESTS and any(text[digest.begin : digest.end])
    if not is_authenticated or not is_right or user.begin == user.end or not is_text(text[user.begin : user.end]):
        return None
    return CredentialRange(outer[0], security.end, user.begin - 2, user.end) if security.end <= outer[1].end else None


def _ntlm(text: bytes, at: int) -> CredentialRange | None:
    """A response to a challenge, of somebody (MS-NLMP, 2.2.1.3)."""
    place = at + _NT_FIELD
    length, offset = (int.from_bytes(text[place + i : place + i + size], "little") for i, size in ((0, 2), (4, 4)))
    begin = at + offset
    if length < _SHORTEST_NT or offset < 64 or begin + length > len(text):
        return None
    return CredentialRange(at, begin + length, begin, begin + length)


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
    CredentialMessage("snmpv3-user", (b"\x02\x01\x03\x30",), _snmp_user),
    CredentialMessage("ntlm-response", (b"NTLMSSP\x00\x03\x00\x00\x00",), _ntlm),
    CredentialMessage(
        "socks-password",
        (b"\x05\x01\x02\x01", b"\x05\x02\x00\x02\x01", b"\x05\x02\x02\x00\x01", b"\x05\x03\x00\x01\x02\x01"),
        _socks,
    ),
    CredentialPattern(
        "vnc-response",
        (b"RFB 003.007\n\x02", b"RFB 003.008\n\x02"),
        # RFC 6143, 7.2.2: the response to a challenge, and then whether to share the desktop, unless it is wrong.
        re.compile(rb"RFB 003\.00[78]\n\x02(?P<value>[\x00-\xff]{16})(?:[\x00\x01]|\Z)"),
    ),
    CredentialPattern(
        "vnc-response",
        (b"RFB 003.003\n",),
        # Here the server alone decides. Without a password, the next message, of a type up to 6, follows at once.
        re.compile(rb"RFB 003\.003\n(?![\x00\x01][\x00-\x06])(?P<value>[\x00-\xff]{16})(?:[\x00\x01]|\Z)"),
    ),
    CredentialMessage("ppp-pap", (b"\xc0\x23\x01",), _pap),
)
