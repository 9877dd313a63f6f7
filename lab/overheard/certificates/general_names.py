"""Names of any kind (GeneralName, RFC 5280, 4.2.1.6), of subjects, issuers and constraints."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address, ip_address

from overheard.certificates.asn1.element import SEQUENCE, Asn1Error, Element
from overheard.certificates.asn1.fields import Fields
from overheard.certificates.asn1.values import octets, oid, raw_text
from overheard.certificates.names import MOST_LISTED, Name, listed, plain, read_name, read_rdn
from overheard.words.counting import count


class Kind(IntEnum):
    """The kinds of names, by their tags."""

    OTHER, EMAIL, DNS, X400, DIRECTORY, EDI, URI, IP, OID = range(0x80, 0x89)


_WORDS = {
    Kind.OTHER: "other name",
    Kind.EMAIL: "email",
    Kind.DNS: "DNS",
    Kind.X400: "X.400",
    Kind.DIRECTORY: "name",
    Kind.EDI: "EDI",
    Kind.URI: "URI",
    Kind.IP: "IP",
    Kind.OID: "OID",
}


@dataclass(frozen=True)
class GeneralName:
    """One name. `text` is its value as text, `octets` as bytes, `name` that of a directory name.

    `relative` is whether that is only the last set of attributes, below the name of an issuer (RFC 5280, 4.2.1.13).
    """

    kind: Kind
    text: str
    octets: bytes = b""
    name: Name | None = None
    relative: bool = False

    @property
    def address(self) -> IPv4Address | IPv6Address | None:
        """The address of a name of the kind IP, if it is one."""
        return ip_address(self.octets) if self.kind is Kind.IP and len(self.octets) in {4, 16} else None

    def __str__(self) -> str:
        """The kind and the name, safe to show: `DNS server`, `IP 127.0.0.1`."""
        return f"{_WORDS[self.kind]} {plain(self.text)}"


def read_general_name(element: Element) -> GeneralName:
    """The name that an element is. Raises Asn1Error if it is none."""
    try:
        kind = Kind(element.tag)
    except ValueError:
        raise Asn1Error(f"a name was expected, and {element} found") from None
    match kind:
        case Kind.EMAIL | Kind.DNS | Kind.URI:
            value = octets(element, element.tag)
            return GeneralName(kind, raw_text(value), value)
        case Kind.IP:
            value = octets(element, element.tag)
            return GeneralName(kind, _address(value), value)
        case Kind.DIRECTORY:
            name = read_name(element.within())
            return GeneralName(kind, str(name), name=name)
        case Kind.OID:
            return GeneralName(kind, oid(element, element.tag))
        case Kind.OTHER:
            fields = Fields(element, element.tag)
            type_, _ = oid(fields.take()), fields.take(0x80).within()
            fields.end()
            return GeneralName(kind, type_)
    return GeneralName(kind, f"of {count(len(element.content), 'byte')}")


def read_general_names(element: Element, tag: int = SEQUENCE) -> tuple[GeneralName, ...]:
    """The names of a SEQUENCE. Raises Asn1Error if one cannot be read."""
    if element.tag != tag:
        raise Asn1Error(f"names were expected, and {element} found")
    return tuple(map(read_general_name, element.parts()))


def read_relative_name(element: Element, tag: int) -> GeneralName:
    """The set of attributes that an element with this tag is."""
    name = Name((read_rdn(element, tag),))
    return GeneralName(Kind.DIRECTORY, f"{name}, below its issuer", name=name, relative=True)


def in_words(names: tuple[GeneralName, ...]) -> str:
    """The names, separated by commas."""
    more = ["" for _ in names[MOST_LISTED:]]
    return listed([*map(str, names[:MOST_LISTED]), *more])


def _address(octets: bytes) -> str:
    """An address, or an address with its mask: the form in constraints (RFC 5280, 4.2.1.10)."""
    if len(octets) in {4, 16}:
        return str(ip_address(octets))
    if len(octets) not in {8, 32}:
        return f"{octets[:32].hex()}, which is no address"
    address, mask = octets[: len(octets) // 2], octets[len(octets) // 2 :]
    bits = f"{int.from_bytes(mask):0{8 * len(mask)}b}"
    if "01" in bits:
        return f"{ip_address(address)} with the mask {ip_address(mask)}"
    return f"{ip_address(address)}/{bits.count('1')}"
