"""Names that a certificate may be for: DNS names, as lower-case text, and IP addresses, as address objects.

The two are different types on purpose: the DNS name `127.0.0.1` is not the address 127.0.0.1 (RFC 6125, 1.7.2), and
compares unequal to it.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TypeAlias

Name: TypeAlias = str | IPv4Address | IPv6Address

# Letters, digits and inner hyphens (RFC 1123, 2.1); the last label is not a number, or it would look like an address.
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DNS_NAME = re.compile(rf"(?:{_LABEL}\.)*(?!\d+$){_LABEL}")

# The most characters of a name, without the dot of the root, and of a label (RFC 1035, 2.3.4).
_LONGEST, _LONGEST_LABEL = 253, 63


def folded(text: str) -> Name:
    """An address if `text` is one, otherwise the text in lower case, without checking that it is a valid name."""
    try:
        return ip_address(text)
    except ValueError:
        return text.lower()


def read_name(text: str) -> Name:
    """The name that `text` is.

    Raises ValueError for what is neither an IP address nor a DNS name, or too long for one.
    """
    name = folded(text)
    if isinstance(name, str):
        if len(name) > _LONGEST:
            raise ValueError(f"{text!r} has {len(name)} characters, and a DNS name has {_LONGEST} at most")
        if (longest := max(map(len, name.split(".")))) > _LONGEST_LABEL:
            raise ValueError(f"{text!r} has a label of {longest} characters, and a DNS name {_LONGEST_LABEL} at most")
        if not name.isascii():
            raise ValueError(f"{text!r} is not in ASCII: write its labels as IDNA encodes them, such as xn--bcher-kva")
        if not _DNS_NAME.fullmatch(name):
            raise ValueError(f"{text!r} is neither a DNS name nor an IP address")
    return name
