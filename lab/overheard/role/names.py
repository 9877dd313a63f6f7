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

# Of a name, and of one of its labels (RFC 1035, 2.3.4).
_LONGEST, _LONGEST_LABEL = 253, 63


def folded(text: str) -> Name:
    """An address if `text` is one, otherwise the text in lower case, without checking that it is a valid name."""
    try:
        return ip_address(text)
    except ValueError:
        return text.lower()


def read_name(text: str) -> Name:
    """The name that `text` is.

    Raises ValueError, which says why, for what is neither an IP address nor a DNS name.
    """
    name = folded(text)
    if isinstance(name, str) and (why := _problem(name)):
        raise ValueError(f"{text!r} {why}")
    return name


def _problem(name: str) -> str:
    """What is wrong with a DNS name; empty if it is one."""
    if len(name) > _LONGEST:
        return f"is longer than the {_LONGEST} characters that a DNS name may have"
    if any(len(label) > _LONGEST_LABEL for label in name.split(".")):
        return f"has a part longer than the {_LONGEST_LABEL} characters that a label of a DNS name may have"
    if not name.isascii():
        return "is not in ASCII: write its labels as IDNA encodes them, such as xn--bcher-kva"
    if not _DNS_NAME.fullmatch(name):
        return "is neither a DNS name nor an IP address"
    return ""
