"""Whether a certificate is for the requested host (RFC 9525, 6), and if not, which row of the gallery it is."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

from cryptography import x509

from overheard.certificates.extensions import value_of
from overheard.certificates.names import called, general_name, listed, plain


def wrong_name(certificate: x509.Certificate, host: str) -> tuple[str, str]:
    """The row of the gallery, and a detail in words; empty if the certificate is for `host`.

    Only the subjectAltName counts, for addresses only its addresses, and a wildcard matches one whole label.
    """
    alternative = value_of(certificate, x509.SubjectAlternativeName)
    address = as_address(host)
    if address:
        return _wrong_address(alternative, address)
    return _wrong_dns_name(certificate, alternative, folded(host))


def as_address(host: str) -> IPv4Address | IPv6Address | None:
    """The address that `host` is; None for a name."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def folded(name: str) -> str:
    """A DNS name in the form for comparison: in lower case, and without a final dot, which `requests` also removes."""
    return name.lower().rstrip(".")


def matches(pattern: str, host: str) -> bool:
    """Whether a DNS name in a certificate covers `host`, with a wildcard for the whole left-most label at most.

    Like OpenSSL, this accepts no wildcard directly below a top-level domain.
    """
    pattern = folded(pattern)
    if not pattern.startswith("*."):
        return pattern == host
    label, _, rest = host.partition(".")
    return bool(label) and "." in rest and rest == pattern[2:]


def _wrong_address(
    alternative: x509.SubjectAlternativeName | None, address: IPv4Address | IPv6Address
) -> tuple[str, str]:
    addresses = alternative.get_values_for_type(x509.IPAddress) if alternative else []
    if address in addresses:
        return ("", "")
    if addresses:
        return ("wrong-host", f"asked for {address}, it is for IP {listed([str(one) for one in addresses])}")
    return ("ip-without-ip-san", f"asked for {address}, it names no address: {_names(alternative)}")


def _wrong_dns_name(
    certificate: x509.Certificate, alternative: x509.SubjectAlternativeName | None, host: str
) -> tuple[str, str]:
    patterns = alternative.get_values_for_type(x509.DNSName) if alternative else []
    if any(matches(pattern, host) for pattern in patterns):
        return ("", "")
    if any(_too_deep(folded(pattern), host) for pattern in patterns):
        return (
            "wildcard-too-deep",
            f"asked for {plain(host)}, it is for {_names(alternative)}, and * is one label, not two",
        )
    if not alternative and matches(called(certificate.subject), host):
        return ("name-only-in-cn", f"{plain(host)} is only in the common name, which is no longer checked")
    return ("wrong-host", f"asked for {plain(host)}, it is for {_names(alternative)}")


def _too_deep(pattern: str, host: str) -> bool:
    return pattern.startswith("*.") and host.endswith(pattern[1:]) and "." in host.removesuffix(pattern[1:])


def _names(alternative: x509.SubjectAlternativeName | None) -> str:
    return listed([general_name(name) for name in alternative or ()]) if alternative else "no name at all"
