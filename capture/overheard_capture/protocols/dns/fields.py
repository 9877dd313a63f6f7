"""What ordinary servers, clients and domains have in records and options of DNS, besides names.

Names say what they like: only a label with a blank or a sign, which is no title of a service (RFC 6763, 4.1.1), is not
ordinary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from overheard_capture.content.lazy_pattern import lazy_pattern
from overheard_capture.packets.usual_text import (
    has_many_words,
    has_text,
    is_description,
    is_name,
)
from overheard_capture.packets.usual_titles import is_instance
from overheard_capture.protocols.dns.coded_names import coded_in_name
from overheard_capture.protocols.dns.message import TAGS
from overheard_capture.protocols.dns.numbers import times_in_clear, unused_in_clear
from overheard_capture.protocols.dns.structures import has_structure, is_usual_option
from overheard_capture.protocols.dns.texts import are_usual_texts, is_mailbox, is_usual_text
from overheard_capture.protocols.type_length_values import type_length_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from overheard_capture.protocols.dns.message import DnsContents

_HINFO, _TXT, _X25, _SPF, _NULL, _OPT, _CAA, _URI, _NAPTR = 13, 16, 19, 99, 10, 41, 257, 256, 35
# Types whose data is names, which are looked at by themselves, and behind those of SOA five numbers (RFC 1035, 3.3.13).
_NAMES, _SOA, _NUMBERS = {2, 5, 6, 7, 8, 9, 12, 14, 15, 17, 18, 21, 33, 36, 39}, 6, 20
# Options (RFC 6891, 6.1.2): a name of a server, and an explained error.
_NSID, _EXPLAINED, _EXPLANATION = 3, 15, 12
# Letters of names: of other characters, names of services and mailboxes have some.
_NAME_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_*/+.=:@"
_PROTOCOLS = {b"_tcp", b"_udp"}
# What a parameter of CAA is about (RFC 8657; https://www.iana.org/assignments/pkix-parameters).
_PARAMETER = lazy_pattern(rb"^(?:accounturi|validationmethods|cansignhttpexchanges)\s*=")


def fields_in_clear(message: DnsContents, data: bytes) -> Iterator[tuple[str, int]]:
    """Those fields of a message that have something else than is ordinary: what each is, and how many bytes."""
    yield from unused_in_clear(message, data)
    yield from times_in_clear(message, data)
    for labels in message.names:
        values = [data[start:end] for start, end in labels]
        if unusual := sum(map(len, _unusual_labels(values))):
            yield "name", unusual
        elif has_many_words(whole := b".".join(values)):
            yield "name", len(whole)
        elif labels not in message.hashed and (coded := coded_in_name(values)):
            yield "name", coded
    for kind, start, end in message.records:
        if kind == _OPT:
            yield from _unusual_options(data[start:end])
        elif kind in _NAMES:
            rest = [data[at:to] for at, to in message.binary if start < at < to == end]
            if any(kind != _SOA or len(each) != _NUMBERS or has_text(each) for each in rest):
                yield f"record of type {kind}", end - start
        elif end > start and not _is_usual(kind, data[start:end]):
            yield f"record of type {_TYPE_NAMES.get(kind, kind)}", end - start


_TYPE_NAMES = {_HINFO: "HINFO", _TXT: "TXT", _SPF: "SPF", _NULL: "NULL", _CAA: "CAA", _URI: "URI", _NAPTR: "NAPTR"}


def _unusual_labels(labels: Sequence[bytes]) -> Iterator[bytes]:
    """Labels that are no names: bytes, and text with signs, unless it is a title and the name of a service follows."""
    for at, label in enumerate(labels):
        before_service = at == 0 and len(labels) > 2 and labels[1][:1] == b"_" and not _PROTOCOLS.isdisjoint(labels)
        if is_instance(label) if before_service else not label.translate(None, _NAME_LETTERS):
            continue
        text = label.decode(errors="replace")
        is_one = text.isprintable() and "\ufffd" not in text
        if is_one and not text.isascii() and all(each.isalnum() or each in "-_" for each in text):
            continue
        # A zero alone is what some servers say comes next (RFC 4470, 2).
        if label != b"\0":
            yield label


def _is_usual(kind: int, value: bytes) -> bool:
    return _TEXTS[kind](value) if kind in _TEXTS else has_structure(kind, value)


def _are_usual_strings(value: bytes) -> bool:
    return are_usual_texts(_strings(value))


def _is_usual_authority(value: bytes) -> bool:
    """CAA (RFC 8659, 4.1): a tag, the name of an authority, and parameters."""
    behind = 2 + value[1] if len(value) > 1 else 0
    parts = [_PARAMETER.sub(b"", each.strip()) for each in value[behind:].split(b";")]
    return value[2:behind] in TAGS and all(is_mailbox(each) or is_usual_text(each) for each in parts)


def _strings(value: bytes) -> list[bytes]:
    """The strings of a record: one text, as long texts are cut."""
    at, strings = 0, []
    while at < len(value):
        strings.append(value[at + 1 : at + 1 + value[at]])
        at += 1 + value[at]
    long = any(len(each) == 255 for each in strings)
    return [b"".join(strings)] if long else strings


def _is_usual_rule(value: bytes) -> bool:
    """NAPTR (RFC 3403, 4.1): flags, services, and an expression."""
    at, strings = 4, list[bytes]()
    while len(strings) < 3 and at < len(value):
        strings.append(value[at + 1 : at + 1 + value[at]])
        at += 1 + value[at]
    return all(
        is_usual_text(each) or is_description(each.replace(b"^", b" ").replace(b"!", b" "), 16) for each in strings
    )


def _unusual_options(value: bytes) -> Iterator[tuple[str, int]]:
    at = 0
    for code, start, at in type_length_values(value):
        option = value[start:at]
        if any(option) and not _is_usual_option(code, option):
            yield f"option {code}", len(option)
    if any(value[at:]):
        yield "options", len(value) - at


def _is_usual_option(code: int, value: bytes) -> bool:
    if code == _NSID:
        return is_name(value) or is_description(value)
    if code == _EXPLAINED:
        return is_description(value[2:], _EXPLANATION)
    return is_usual_option(code, value)


# All other types are binary.
_TEXTS: dict[int, Callable[[bytes], bool]] = {
    **dict.fromkeys((_HINFO, _TXT, _X25, _SPF), _are_usual_strings),
    _CAA: _is_usual_authority,
    _URI: lambda value: is_usual_text(value[4:]),
    _NAPTR: _is_usual_rule,
}
