"""Fields of certificates in clear that have something else than authorities and servers have there (RFC 5280, 4.1).

What an element may be, its tag says: a name of a host, a location, a few words, a time, or a number or a value that is
random. An extension that nobody knows has a few words or a small number at most.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from overheard_capture.packets.usual_text import has_text, is_description
from overheard_capture.packets.usual_titles import is_title
from overheard_capture.protocols.tls.certificate_values import (
    BOOLEAN,
    CONSTRUCTED,
    ENUMERATED,
    HOST,
    INTEGER,
    LONGEST_NUMBER,
    NULL,
    OCTETS,
    TIMES,
    is_nothing,
    is_object,
    is_text_or_name,
    is_time,
    is_usual,
    is_value,
)
from overheard_capture.protocols.tls.cursor import Cursor, TruncatedError
from overheard_capture.protocols.tls.elements import STRINGS, element_of, elements, string_of
from overheard_capture.protocols.tls.key_values import is_hash, is_public_key, is_signature, is_structured_key
from overheard_capture.protocols.tls.ordinary import is_usual_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from overheard_capture.protocols.tls.elements import DerElement

# What is signed, the algorithm, and the signature. What is signed may have a version and extensions, besides six
# others.
_PARTS, _VERSION, _EXTENSIONS = 3, 0xA0, 0xA3
_LONGEST_ALGORITHM, _SHORTEST_TEXT = 128, 12
# Extensions whose elements are checked by their tags, by the arcs that they are below: of X.509, SET, PKIX, ETSI,
# the CA/Browser Forum, Microsoft, Entrust, Netscape and Apple.
_KNOWN = tuple(map(bytes.fromhex, (
    "551d", "672a", "2b06010505", "0400", "67810c",
    "2b060104018237", "2a864886f67d07", "6086480186f842", "2a864886f76364",
)))  # fmt: skip
_ALTERNATIVE_NAMES = {bytes.fromhex("551d11"), bytes.fromhex("551d12")}
_COMMENT = bytes.fromhex("6086480186f842010d")
# Signed certificate timestamps (RFC 6962, 3.3), each with an identifier of a log, a time, extensions and a signature.
TIMESTAMPS = bytes.fromhex("2b06010401d679020402")
_BEFORE_EXTENSIONS, _SCT_VERSION, _INDEX, _INDEX_LENGTH = 1 + 32 + 8, 0, b"\0\0\5", 8
# Extensions have a few numbers, such as versions.
_MOST_NUMBERS, _MAX_DEPTH, _SEQUENCE = 5, 16, 0x30
# How many unknown words all hosts without a domain have together, and all below one domain.
_MOST_ALONE, _MOST_BELOW = 5, 48
_REMEMBERED = 64


@lru_cache(maxsize=_REMEMBERED)
def certificate_fields(der: bytes) -> tuple[tuple[str, int], ...]:
    """Those fields: what each is, and how many bytes. A certificate that cannot be read is one as a whole."""
    try:
        return tuple(_fields_in_clear(*_signed(der)))
    except ValueError:
        # It is cut short (TruncatedError), or a part of it has too few elements.
        return (("structure", len(der)),)


def _signed(der: bytes) -> tuple[dict[str, DerElement], list[DerElement], DerElement, DerElement]:
    """The fields of a certificate, those that it may have behind them, the algorithm and the signature."""
    outer = element_of(der)
    parts = elements(outer.content)
    signed = elements(parts[0].content) if parts else []
    begins = int(bool(signed) and signed[0].tag == _VERSION)
    ends = begins + len(_CHECKS)
    if len(parts) != _PARTS or outer.tag != parts[0].tag or len(signed) < ends:
        raise TruncatedError
    return dict(zip(_CHECKS, signed[begins:ends], strict=True)), signed[ends:], parts[1], parts[2]


def _fields_in_clear(
    fields: dict[str, DerElement], more: list[DerElement], algorithm: DerElement, signature: DerElement
) -> Iterator[tuple[str, int]]:
    for name, field in fields.items():
        if not _CHECKS[name](field):
            yield name, len(field.content)
    for each in more:
        if each.tag == _EXTENSIONS:
            yield from _unusual_extensions(each.content)
        else:
            # Nobody has a unique identifier, or anything else.
            yield "unique identifier", len(each.content)
    if algorithm != fields["algorithm"] or not _is_signed(signature.content):
        yield "signature", len(algorithm.content) + len(signature.content)


def is_usual_document(der: bytes) -> bool:
    """Whether all elements of a structure, such as a response of OCSP (RFC 6960), are what their tags say."""
    try:
        return is_usual(element_of(der), is_title)
    except TruncatedError:
        return False


def _is_serial(field: DerElement) -> bool:
    value = field.content
    is_text = has_text(value) if value.isascii() else False
    return field.tag == INTEGER and len(value) <= LONGEST_NUMBER and not (is_text and len(value) >= _SHORTEST_TEXT)


def _is_signed(content: bytes) -> bool:
    return content[:1] == b"\0" and is_signature(content[1:])


def _is_algorithm(field: DerElement) -> bool:
    return len(field.content) <= _LONGEST_ALGORITHM and is_usual(field, is_nothing)


def _is_key(field: DerElement) -> bool:
    algorithm, *key = elements(field.content)
    return (
        is_usual(algorithm, is_nothing)
        and len(key) == 1
        and (_is_public(key[0].content) or is_usual(key[0], is_nothing))
    )


def _is_public(content: bytes) -> bool:
    return content[:1] == b"\0" and (is_public_key(content[1:]) or is_structured_key(content[1:]))


def _is_validity(field: DerElement) -> bool:
    return all(each.tag in TIMES and is_time(each.content) for each in elements(field.content))


_CHECKS: dict[str, Callable[[DerElement], bool]] = {
    "serial number": _is_serial,
    "algorithm": _is_algorithm,
    "issuer": lambda field: is_usual_name(field.content),
    "validity": _is_validity,
    "subject": lambda field: is_usual_name(field.content),
    "key": _is_key,
}


# ---- extensions


def _unusual_extensions(extensions: bytes) -> list[tuple[str, int]]:
    found = list[tuple[str, int]]()
    for extension in elements(element_of(extensions).content):
        kind, *flags, value = elements(extension.content)
        is_critical = not flags or (len(flags) == 1 and flags[0].tag == BOOLEAN and len(flags[0].content) == 1)
        is_known = kind.content.startswith(_KNOWN) or kind.content == TIMESTAMPS
        if not (is_critical and is_object(kind.content) and _is_usual_extension(kind.content, value, is_known)):
            found.append((f"extension {_dotted(kind.content)}", len(value.content)))
    return found


def _is_usual_extension(kind: bytes, value: DerElement, is_known: bool) -> bool:
    content = value.content
    if value.tag != OCTETS:
        return False
    if kind == TIMESTAMPS:
        return are_timestamps(element_of(content).content)
    if not is_known:
        return _is_short(content)
    try:
        structure = element_of(content)
    except TruncatedError:
        # Some hashes are as they are.
        return is_value(content)
    are_many = kind in _ALTERNATIVE_NAMES and not _are_few_names(elements(structure.content))
    if are_many or _count_numbers(structure) > _MOST_NUMBERS:
        return False
    return is_usual(structure, is_description if kind == _COMMENT else is_text_or_name)


def _count_numbers(element: DerElement, depth: int = 0) -> int:
    """How many numbers a structure has. Raises TruncatedError."""
    if not element.tag & CONSTRUCTED:
        return int(element.tag in (INTEGER, ENUMERATED))
    return sum(_count_numbers(each, depth + 1) for each in elements(element.content)) if depth < _MAX_DEPTH else 0


def _is_short(content: bytes) -> bool:
    """Whether this is one string as software describes itself, a small number, or nothing."""
    try:
        element = element_of(content)
    except TruncatedError:
        return False
    if element.tag in STRINGS:
        return is_description(string_of(element))
    is_small = element.tag in (BOOLEAN, INTEGER, NULL, ENUMERATED) and len(element.content) <= 1
    return is_small or element == (_SEQUENCE, b"")


def are_timestamps(content: bytes) -> bool:
    """Whether these are signed certificate timestamps in a list (RFC 6962, 3.3). Raises TruncatedError."""
    outer = Cursor(content)
    cursor = outer.vector(2)
    while cursor:
        timestamp = cursor.vector(2)
        head = bytes(timestamp.take(_BEFORE_EXTENSIONS))
        extensions = bytes(timestamp.vector(2).rest())
        timestamp.take(2)
        signature = bytes(timestamp.vector(2).rest())
        # Logs of tiles have the index of an entry.
        is_index = extensions[:3] == _INDEX and len(extensions) == _INDEX_LENGTH
        if head[0] != _SCT_VERSION or timestamp or (extensions and not is_index):
            return False
        if not (is_hash(head[1:33]) and is_signature(signature)):
            return False
    return not outer


def _are_few_names(names: Sequence[DerElement]) -> bool:
    """Whether hosts have few words: those without a domain together, and those below one domain."""
    words: dict[bytes, set[bytes]] = {}
    for each in names:
        labels = each.content.lower().split(b".")
        if each.tag == HOST and labels != [b"*"]:
            domain = b".".join(labels[-2:]) if len(labels) > 1 else b""
            words.setdefault(domain, set()).update(labels[:-2] or labels[:1])
    alone = words.pop(b"", set[bytes]())
    return _count(alone) <= _MOST_ALONE and all(_count(each) <= _MOST_BELOW for each in words.values())


def _count(labels: set[bytes]) -> int:
    return sum(not is_description(label, 0) for label in labels)


def _dotted(oid: bytes) -> str:
    """An identifier as people write it."""
    arcs, value = list[int](), 0
    for byte in oid:
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2) if arcs else 0
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:]) if arcs else ()))
