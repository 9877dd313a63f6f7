"""Names and dates in certificates, as text that is safe to show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from cryptography import x509


def plain(text: str) -> str:
    """`text` with unprintable characters escaped: the author of the certificate chose them, and terminals obey them."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)


def called(name: x509.Name) -> str:
    """The short form of `name`: its common name, or all of it (RFC 4514) if it has none."""
    common = [str(attribute.value) for attribute in name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
    return plain(common[-1] if common else name.rfc4514_string()) or "nobody"


def general_name(name: x509.GeneralName) -> str:
    """A name of any kind with its kind (RFC 5280, 4.2.1.6): `DNS server`, `IP 127.0.0.1`."""
    kind, say = _KINDS[type(name)]
    return f"{kind} {plain(say(name))}"


def listed(names: list[str]) -> str:
    """Names, separated by commas, or that there are none."""
    return ", ".join(names) or "none"


def minute(moment: datetime) -> str:
    """A time in UTC, to the minute, for people."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


_KINDS: dict[type[x509.GeneralName], tuple[str, Callable[[Any], str]]] = {
    x509.DNSName: ("DNS", lambda name: name.value),
    x509.IPAddress: ("IP", lambda name: str(name.value)),
    x509.RFC822Name: ("email", lambda name: name.value),
    x509.UniformResourceIdentifier: ("URI", lambda name: name.value),
    x509.DirectoryName: ("name", lambda name: name.value.rfc4514_string()),
    x509.RegisteredID: ("OID", lambda name: name.value.dotted_string),
    x509.OtherName: ("other name", lambda name: name.type_id.dotted_string),
}
