"""The messages of SSH that are sent in clear, before NEWKEYS: each byte of them is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.findings import Reason
from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.content.nesting import MAX_IDENTIFIER
from overheard_capture.decoders.message_pieces import add_number, add_piece
from overheard_capture.decoders.values import read_unknown_value, read_values
from overheard_capture.packets import Numbers
from overheard_capture.packets.usual_text import (
    has_text,
    is_description,
    is_name,
    is_printable,
    is_token,
    is_words,
    unknown_words,
)
from overheard_capture.protocols.ssh.algorithms import CERTIFICATE, KEY_TYPES, MAX_NUMBER, PUBLIC_VALUES, is_number
from overheard_capture.protocols.tls.cursor import Cursor, TruncatedError

if TYPE_CHECKING:
    from overheard.words.layer import Layers
    from overheard_capture.content.findings import Findings
    from overheard_capture.protocols.encrypted import EncryptedDirection
    from overheard_capture.provenance.origin import Origin

DISCONNECT, IGNORE, UNIMPLEMENTED, DEBUG, KEXINIT, NEWKEYS = 1, 2, 3, 4, 20, 21
# The messages of a key exchange: the first one is the client's, or the second reply of a group exchange (RFC 4419).
KEX_FIRST, KEX_LAST, KEX_INIT, KEX_REPLY, KEX_GEX_INIT, KEX_GEX_REPLY, KEX_GEX_REQUEST = 30, 49, 30, 31, 32, 33, 34
_COOKIE, _LISTS = 16, 10
# What a certificate begins with.
_NONCE = 32
_COOKIES = Numbers("SSH cookies")
# The end of a public value, a key or a signature, before which is its type: that is as long as the shortest.
_LONGEST_VALUE = 64
_SHORT_NAMES = {b"none", b"zlib"}
_NAMES = lazy_pattern(rb"[!-~]*")
_GEX_LENGTHS = {4, 12}
# A host key, a public value and a signature; or a prime and its generator.
_MAX_STRINGS, _LONGEST_GENERATOR = 3, 2
_MAX_TEXT = 1024
# How many packets there are in clear at most.
_FIRST_PACKETS = 16
# How many words the identifier of a key and the names of its host have: of a host and its domain.
_WORD, _MOST_WORDS = lazy_pattern(rb"[a-z]{2,}"), 7
# Messages with a text for people; and how many letters all names of algorithms have that are no known words.
_TEXTS, _FEW = {DISCONNECT, DEBUG}, 12
# How many digits the name of one has, such as those of sizes and versions; and what is no name, but a letter or number.
_DIGIT, _MOST_DIGITS, _ALONE = lazy_pattern(rb"\d"), 24, lazy_pattern(rb"(?<![^,.])(?:\d+|[A-Za-z])(?![^,.])")
# The end of a method with GSS-API: the hash of a mechanism (RFC 4462, 2), of which these are known.
_MECHANISM = lazy_pattern(rb"-(?:toWM5Slw5Ew8Mqkay\+al2g|eipGX3TCiQSrx573bT1o1Q|bontcUwnM6aGfWCP21alxQ)==\Z")


class ClearMessages:
    """Reads messages of one direction, whose bytes were searched before, and reports what cannot be read."""

    def __init__(self, findings: Findings, layers: Layers, direction: EncryptedDirection) -> None:
        self._findings = findings
        self._layers = layers
        self._direction = direction
        self._padding = b""

    def key_exchange_init(self, body: bytes, origin: Origin) -> tuple[tuple[str, ...], ...]:
        """KEXINIT (RFC 4253, 7.1): returns its lists of names. Raises TruncatedError."""
        cursor = Cursor(body)
        cookie = bytes(cursor.take(_COOKIE))
        add_number(self._findings, self._layers, _COOKIES, cookie, origin)
        if is_words(cookie) or is_printable(cookie):
            self._direction.problem("an SSH cookie that is text")
        lists = []
        for _ in range(_LISTS):
            names, at = bytes(cursor.vector(4).rest()), len(body) - len(cursor)
            if not _NAMES.fullmatch(names):
                raise TruncatedError
            read_values(self._findings, self._layers, names, origin.after(at - len(names)))
            if names:
                self._add_names(names, origin.after(at - len(names)))
            lists.append(tuple(names.decode("ascii").split(",")))
        known = [_MECHANISM.sub(b"", each.encode()) for names in lists for each in names]
        words = unknown_words(b" ".join(known))
        many = (
            any(len(_DIGIT.findall(each)) > _MOST_DIGITS for each in known)
            or len(_ALONE.findall(b",".join(known))) > _FEW
        )
        if many or sum(map(len, words)) > _FEW:
            self._findings.report_in_clear("names of SSH algorithms", sum(map(len, known if many else words)))
        # Whether a guess follows, and a number that is reserved.
        if cursor.number(1) > 1 or cursor.number(4) or cursor:
            raise TruncatedError
        return tuple(lists)

    def _add_names(self, names: bytes, origin: Origin) -> None:
        """Put aside names of algorithms that look like none: those have several words, or a domain."""
        at = 0
        for name in names.split(b","):
            if not (b"-" in name or b"@" in name or name in _SHORT_NAMES):
                add_piece(self._findings, self._layers, name, origin.after(at), KEXINIT)
            at += len(name) + 1

    def key_exchange(self, kind: int, body: bytes, origin: Origin) -> None:
        """A message of a key exchange: public values, a host key and a signature. Raises TruncatedError."""
        if kind == KEX_GEX_REQUEST and len(body) in _GEX_LENGTHS:
            if any(body[at] or body[at + 1] for at in range(0, len(body), 4)):
                raise TruncatedError
            return
        cursor, count = Cursor(body), 0
        while cursor:
            field, at = bytes(cursor.vector(4).rest()), len(body) - len(cursor)
            count += 1
            if count > _MAX_STRINGS or _LONGEST_GENERATOR < len(field) <= MAX_IDENTIFIER:
                raise TruncatedError
            values = Numbers(f"SSH values {kind}.{count}")
            number = field[-_LONGEST_VALUE:]
            add_number(self._findings, self._layers, values, number, origin.after(at - len(number)))
            self._read_string(field, origin.after(at - len(field)), 0)

    def other(self, kind: int, body: bytes, origin: Origin) -> None:
        """What may be sent at any time (RFC 4253, 11): texts, and data to be ignored. Raises TruncatedError."""
        header = {DISCONNECT: 4, IGNORE: 0, DEBUG: 1}.get(kind)
        if kind == UNIMPLEMENTED and len(body) == 4 and int.from_bytes(body) < _FIRST_PACKETS:
            return
        if header is None:
            self._direction.problem("unknown SSH messages in clear", Reason.DAMAGED)
            return
        cursor = Cursor(body[header:])
        while cursor:
            field, at = bytes(cursor.vector(4).rest()), len(body) - len(cursor)
            # Nobody has something to be ignored before the encryption.
            if field and not (kind in _TEXTS and is_description(field)):
                self._findings.report_in_clear(f"SSH message {kind}", len(field))
            if field:
                self.unknown(field, origin.after(at - len(field)))
                add_piece(self._findings, self._layers, field, origin.after(at - len(field)), kind)

    def identification(self, software: bytes) -> None:
        """The version of the program and its comment, in the first line."""
        if not is_description(software):
            self._findings.report_in_clear("SSH identification", len(software))

    def padding(self, padding: bytes, origin: Origin) -> None:
        """The padding of a packet: zeros, or random bytes."""
        self.unknown(padding, origin)
        self._padding += padding.strip(b"\0")

    def close(self) -> None:
        """All packets in clear were read: their padding is random, even together."""
        padding, self._padding = self._padding, b""
        if padding and (has_text(padding) or not self._direction.is_ciphertext(padding)):
            self._findings.report_in_clear("SSH padding", len(padding))

    def unknown(self, field: bytes, origin: Origin) -> None:
        """A field of unknown meaning, such as padding."""
        if any(field):
            read_unknown_value(self._findings, self._layers, field, origin)

    def _read_string(self, field: bytes, origin: Origin, depth: int) -> None:
        if len(field) <= MAX_IDENTIFIER:
            self._embedded(field, origin)
        elif kind := _key_type(field):
            self._read_key(kind, field, origin, depth)
        elif len(field) in PUBLIC_VALUES:
            self._random(field, origin)
        else:
            self.unknown(field, origin)

    def _read_key(self, kind: bytes, field: bytes, origin: Origin, depth: int) -> None:
        """A public key, a signature or a certificate, which begins with its type."""
        cursor = Cursor(field)
        cursor.vector(4)
        is_certificate = kind.endswith(CERTIFICATE)
        numbers = KEY_TYPES[kind.removesuffix(CERTIFICATE)]
        while cursor and (not is_certificate or numbers >= 0):
            # In a certificate a nonce comes first.
            if numbers < (0 if is_certificate else 1):
                raise TruncatedError
            number, at = bytes(cursor.vector(4).rest()), len(field) - len(cursor)
            if not is_number(kind, number) and not (is_certificate and len(number) == _NONCE):
                self._findings.report_in_clear("SSH keys", len(number))
            self._read_number(number, origin.after(at - len(number)))
            numbers -= 1
        if is_certificate and depth == 0:
            self._read_certificate(cursor, field, origin)

    def _read_certificate(self, cursor: Cursor, field: bytes, origin: Origin) -> None:
        """The rest of a certificate (OpenSSH's PROTOCOL.certkeys): serial, names, validity, options, signature."""
        cursor.take(12)
        # The identifier of the key, and the names of the host.
        names = [self._read_text(cursor, field, origin), *_strings(self._read_text(cursor, field, origin))]
        is_usual = all(is_name(name.replace(b" ", b"-")) or is_token(name) for name in names)
        cursor.take(16)
        # Options and extensions, and what is reserved.
        texts = [text for _ in range(2) for text in _options(self._read_text(cursor, field, origin))]
        more = self._read_text(cursor, field, origin)
        words = {word for name in names for word in _WORD.findall(name.lower())}
        if not is_usual or more or len(words) > _MOST_WORDS or not all(map(is_description, texts)):
            self._findings.report_in_clear("SSH certificate", sum(map(len, (*names, *texts, more))))
        for _ in range(2):
            signed, at = bytes(cursor.vector(4).rest()), len(field) - len(cursor)
            self._read_string(signed, origin.after(at - len(signed)), 1)
        if cursor:
            raise TruncatedError

    def _read_text(self, cursor: Cursor, field: bytes, origin: Origin) -> bytes:
        text, at = bytes(cursor.vector(4).rest()), len(field) - len(cursor)
        if len(text) > _MAX_TEXT:
            self.unknown(text, origin.after(at - len(text)))
        else:
            self._embedded(text, origin.after(at - len(text)))
        return text

    def _read_number(self, number: bytes, origin: Origin) -> None:
        if len(number) <= MAX_IDENTIFIER:
            self._embedded(number, origin)
        elif len(number) <= MAX_NUMBER:
            self._random(number, origin)
        else:
            self.unknown(number, origin)

    def _random(self, number: bytes, origin: Origin) -> None:
        """A number that looks random."""
        self._direction.is_ciphertext(number)
        self._embedded(number, origin)

    def _embedded(self, field: bytes, origin: Origin) -> None:
        read_values(self._findings, self._layers, field, origin)


def _strings(field: bytes) -> list[bytes]:
    """The strings in a list of an SSH certificate. Raises TruncatedError."""
    cursor, strings = Cursor(field), list[bytes]()
    while cursor:
        strings.append(bytes(cursor.vector(4).rest()))
    return strings


def _options(field: bytes) -> list[bytes]:
    """The names of options or extensions, each followed by its value, which is a string in another."""
    strings = _strings(field)
    return strings[::2] + [text for value in strings[1::2] for text in _strings(value)]


def _key_type(field: bytes) -> bytes:
    """The type with which a key, a certificate or a signature begins; empty if it is none."""
    try:
        kind = bytes(Cursor(field).vector(4).rest())
    except TruncatedError:
        return b""
    return kind if kind.removesuffix(CERTIFICATE) in KEY_TYPES else b""
