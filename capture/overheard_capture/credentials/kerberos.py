"""What Kerberos encrypts with a password: timestamps, tickets, and what comes with a ticket (RFC 4120)."""

from __future__ import annotations

from overheard_capture.credentials.ber import OCTETS, SEQUENCE, BerElement
from overheard_capture.credentials.kind import BEFORE, LONGEST, CredentialKind, CredentialMessage, CredentialRange

# AES, RC4 and Camellia, as integers of BER (RFC 3962, 7; RFC 4757, 4; RFC 6803, 8; RFC 8009, 5).
_ENCRYPTION_TYPES = tuple(bytes((2, 1, number)) for number in (17, 18, 19, 20, 23, 25, 26))
# Fields of a reply, and of a request with a ticket (5.4.2, 5.5.1).
_USER, _TICKET_OF_REPLY, _OF_REPLY, _TICKET_OF_REQUEST = 0xA4, 0xA5, 0xA6, 0xA3
# A ticket, and the name of its service and what is encrypted in it (5.3).
_TICKET, _SERVICE, _ENCRYPTED, _NAMES = 0x61, 0xA2, 0xA3, 0xA1
# Of a long cipher, its beginning tells it from all others.
_SHOWN = 128
# Services whose keys are random, by what they are named: a domain, a computer, and what runs under its account.
_WITHOUT_PASSWORD = frozenset(b"krbtgt kadmin host cifs ldap dns gc rpcss restrictedkrbhost termsrv wsman nfs".split())


def _timestamp(text: bytes, at: int) -> CredentialRange | None:
    """PA-ENC-TIMESTAMP: the time, encrypted with the password (5.2.7.2)."""
    data = BerElement.inside(text, at + 5, 0xA2, OCTETS)
    value = _cipher(text, data.begin) if data else None
    return CredentialRange(at, value.end, value.begin, value.end) if value else None


def _cipher(text: bytes, place: int) -> BerElement | None:
    """The cipher of EncryptedData (5.2.9) that begins at a place."""
    sequence = BerElement.inside(text, place, SEQUENCE)
    if not sequence:
        return None
    parts = {each.tag: each for each in BerElement.all_at(text, sequence.begin, sequence.end)}
    kind, cipher = parts.get(0xA0), parts.get(0xA2)
    if not kind or not cipher or text[kind.begin : kind.end] not in _ENCRYPTION_TYPES:
        return None
    value = BerElement.inside(text, cipher.begin, OCTETS)
    return value if value and value.begin < value.end == cipher.end else None


def _reply(text: bytes, at: int) -> CredentialRange | None:
    """AS-REP: a key for the user, encrypted with the password, whether or not the user has proved to know it."""
    return _of_field(text, at, _OF_REPLY)


def _ticket_of_reply(text: bytes, at: int) -> CredentialRange | None:
    """TGS-REP: a ticket, encrypted with the password of a service."""
    return _of_field(text, at, _TICKET_OF_REPLY)


def _ticket_of_request(text: bytes, at: int) -> CredentialRange | None:
    """AP-REQ: the same ticket, as a client shows it to the service."""
    return _of_field(text, at, _TICKET_OF_REQUEST)


def _of_field(text: bytes, at: int, field: int) -> CredentialRange | None:
    """What is encrypted in a field of a message, whose first two fields are at `at`."""
    outer = BerElement.before(text, at, SEQUENCE)
    if not outer:
        return None
    start, message = outer
    fields = {each.tag: each for each in BerElement.all_at(text, at, message.end)}
    if field == _OF_REPLY:
        return _of_user(text, start, at, fields)
    # A ticket may go on where the text ends.
    ticket = BerElement.inside(text, fields[field].begin, _TICKET, SEQUENCE) if field in fields else None
    parts = {each.tag: each for each in BerElement.all_at(text, ticket.begin, ticket.end)} if ticket else {}
    encrypted, service = parts.get(_ENCRYPTED), parts.get(_SERVICE)
    if not encrypted or not service or not _WITHOUT_PASSWORD.isdisjoint(_names(text, service)[:1]):
        return None
    return _range(start, at, _cipher(text, encrypted.begin))


def _of_user(text: bytes, start: int, at: int, fields: dict[int, BerElement]) -> CredentialRange | None:
    """What is encrypted for a user in a reply. Behind a long ticket, it is too far away: then the user is found."""
    user, ticket = fields.get(_USER), fields.get(_TICKET_OF_REPLY)
    # The key of a computer is random.
    if not user or not ticket or any(name.endswith(b"$") for name in _names(text, user)):
        return None
    if ticket.end + 2 * _SHOWN - at > LONGEST - BEFORE:
        return CredentialRange(start, ticket.begin, user.begin, user.end)
    return _range(start, at, _cipher(text, fields[_OF_REPLY].begin)) if _OF_REPLY in fields else None


def _names(text: bytes, name: BerElement) -> tuple[bytes, ...]:
    """The parts of a name (5.2.2), such as `http` and a host, in small letters."""
    sequence = BerElement.inside(text, name.begin, SEQUENCE)
    parts = BerElement.all_at(text, sequence.begin, sequence.end) if sequence else ()
    names = next((each for each in parts if each.tag == _NAMES), None)
    strings = BerElement.inside(text, names.begin, SEQUENCE) if names else None
    each_one = BerElement.all_at(text, strings.begin, strings.end) if strings else ()
    return tuple(text[each.begin : each.end].lower() for each in each_one)


def _range(start: int, at: int, cipher: BerElement | None) -> CredentialRange | None:
    """The beginning of a cipher, if that is near enough to the anchor to be found however the bytes are cut."""
    if not cipher:
        return None
    end = min(cipher.end, cipher.begin + _SHOWN)
    return CredentialRange(start, end, cipher.begin, end) if end - at <= LONGEST - BEFORE else None


# The version and the type of a message.
_HEAD = b"\xa0\x03\x02\x01\x05\xa1\x03\x02\x01"
KERBEROS: tuple[CredentialKind, ...] = (
    CredentialMessage("kerberos-timestamp", (b"\xa1\x03\x02\x01\x02\xa2",), _timestamp),
    CredentialMessage("kerberos-as-rep", (_HEAD + b"\x0b",), _reply),
    CredentialMessage("kerberos-ticket", (_HEAD + b"\x0d",), _ticket_of_reply),
    CredentialMessage("kerberos-ticket", (_HEAD + b"\x0e",), _ticket_of_request),
)
