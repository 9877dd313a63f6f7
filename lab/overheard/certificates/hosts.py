"""Whether a certificate is for the requested host (RFC 9525, 6), and if not, which row of the gallery it is."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address

from overheard.certificates.documents.certificate import Certificate
from overheard.certificates.extensions.kinds import SUBJECT_ALTERNATIVE_NAME
from overheard.certificates.general_names import GeneralName, Kind, in_words
from overheard.certificates.names import COMMON_NAME, plain

_Names = tuple[GeneralName, ...]
_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
# What OpenSSL allows in the labels after a wildcard, and in the one that it stands for.
_WILDCARD_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_WILDCARD_MATCH = re.compile(r"[a-z0-9-]+")


def wrong_name(certificate: Certificate, host: str) -> tuple[str, str]:
    """The row of the gallery, and a detail in words; empty if the certificate is for `host`, or if that is unknown.

    Only the subjectAltName counts, for addresses only its addresses, and a wildcard matches one whole label.
    """
    if certificate.extensions.unreadable(SUBJECT_ALTERNATIVE_NAME):
        return "", ""
    names: _Names = certificate.extensions.value(SUBJECT_ALTERNATIVE_NAME) or ()
    address = as_address(host)
    if address:
        return _wrong_address(names, address)
    return _wrong_dns_name(certificate, names, folded(host))


def as_address(host: str) -> IPv4Address | IPv6Address | None:
    """The address that `host` is; None for a name."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def folded(host: str) -> str:
    """A host in the form for comparison: in lower case, in A-labels, and without a final dot, as in `requests`."""
    return in_ascii(host).lower().rstrip(".")


def in_ascii(host: str) -> str:
    """A host in A-labels (RFC 5890): as `requests` converts it, or else as Python does; as it is if neither can."""
    if host.isascii():
        return host
    try:
        # `requests` brings it along; a plain installation has the codec of Python, of an older standard.
        import idna  # noqa: PLC0415

        return idna.encode(host, uts46=True).decode()
    except (ImportError, UnicodeError):
        pass
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host


def matches(pattern: str, host: str) -> bool:
    """Whether a DNS name in a certificate covers `host`, with a wildcard for the whole left-most label at most.

    Like OpenSSL, this accepts no wildcard directly below a top-level domain, and no dot at the end.
    """
    pattern = pattern.lower()
    if not pattern.startswith("*."):
        return pattern == host
    label, _, rest = host.partition(".")
    labels = pattern[2:].split(".")
    usable = len(labels) > 1 and all(map(_WILDCARD_LABEL.fullmatch, labels))
    return usable and rest == pattern[2:] and _WILDCARD_MATCH.fullmatch(label) is not None


def never_matches(name: GeneralName) -> str:
    """Why a name of a certificate matches no host, in words that follow it; empty if it matches some."""
    if name.kind is Kind.IP:
        return "" if name.address else "is no address"
    return _never_matches_dns(name.text.lower()) if name.kind is Kind.DNS else ""


def _never_matches_dns(text: str) -> str:
    labels = text.split(".")
    if "*" in text and text.isascii():
        return _never_matches_wildcard(labels)
    reasons = {
        "is empty": not text,
        "is not in ASCII: international names are written with xn-- (RFC 5280, 7.2)": not text.isascii(),
        "is an address, which counts only as an iPAddress": as_address(text) is not None,
        "ends with a dot, which the name in a URL never has": text.endswith("."),
        "is no host name": not all(map(_LABEL.fullmatch, labels)),
    }
    return next((words for words, holds in reasons.items() if holds), "")


def _never_matches_wildcard(labels: list[str]) -> str:
    if labels[0] != "*" or "*" in "".join(labels[1:]):
        return "has a * that is not the whole first label"
    if len(labels) < 3:
        return "is a wildcard for a whole top-level domain"
    return "" if all(map(_WILDCARD_LABEL.fullmatch, labels[1:])) else "has a label that OpenSSL takes in no wildcard"


def _wrong_address(names: _Names, address: IPv4Address | IPv6Address) -> tuple[str, str]:
    addresses = tuple(name for name in names if name.kind is Kind.IP)
    if any(name.octets == address.packed for name in addresses):
        return "", ""
    if addresses:
        return "wrong-host", f"asked for {address}, it is for {in_words(addresses)}"
    return "ip-without-ip-san", f"asked for {address}, it names no address: {_words(names)}"


def _wrong_dns_name(certificate: Certificate, names: _Names, host: str) -> tuple[str, str]:
    patterns = [name.text for name in names if name.kind is Kind.DNS]
    if any(matches(pattern, host) for pattern in patterns):
        return "", ""
    if any(_too_deep(pattern.lower(), host) for pattern in patterns):
        return "wildcard-too-deep", f"asked for {plain(host)}, it is for {_words(names)}, and * is one label, not two"
    if not names and any(matches(one, host) for one in certificate.subject.values(COMMON_NAME)):
        return "name-only-in-cn", f"{plain(host)} is only in the common name, which is no longer checked"
    return "wrong-host", f"asked for {plain(host)}, it is for {_words(names)}"


def _too_deep(pattern: str, host: str) -> bool:
    return pattern.startswith("*.") and host.endswith(pattern[1:]) and "." in host.removesuffix(pattern[1:])


def _words(names: _Names) -> str:
    return in_words(names) if names else "no name at all"
