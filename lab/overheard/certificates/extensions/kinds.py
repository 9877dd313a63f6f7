"""The extensions that are known, one row each. A new extension is one more row here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from overheard.certificates.asn1.element import Element
from overheard.certificates.asn1.fields import sequence_of
from overheard.certificates.asn1.times import moment
from overheard.certificates.asn1.values import integer, named_bits, octets, small, text
from overheard.certificates.extensions import values as read
from overheard.certificates.extensions import words as say
from overheard.certificates.general_names import in_words, read_general_names
from overheard.certificates.names import listed, minute, plain
from overheard.words.counting import count

BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE = "2.5.29.19", "2.5.29.15", "2.5.29.37"
SUBJECT_ALTERNATIVE_NAME, NAME_CONSTRAINTS = "2.5.29.17", "2.5.29.30"
SUBJECT_KEY, AUTHORITY_KEY = "2.5.29.14", "2.5.29.35"
NETSCAPE_TYPE, PROXY, PRECERTIFICATE = "2.16.840.1.113730.1.1", "1.3.6.1.5.5.7.1.14", "1.3.6.1.4.1.11129.2.4.3"
DISTRIBUTION_POINTS = "2.5.29.31"
ADDRESSES, AS_NUMBERS = "1.3.6.1.5.5.7.1.7", "1.3.6.1.5.5.7.1.8"
CRL_SCOPE, DELTA, REASON, CERTIFICATE_ISSUER = "2.5.29.28", "2.5.29.27", "2.5.29.21", "2.5.29.29"


@dataclass(frozen=True)
class Kind:
    """One extension: its name in its standard, what reads it, and what says it in words.

    `handled` is whether OpenSSL accepts it if it is critical; `needed` whether OpenSSL refuses a certificate in which
    it cannot be read. Both were tried with OpenSSL 1.1.1, 3.0, 3.5 and 4.0; of these, 1.1.1 alone refuses ocspNoCheck.
    """

    oid: str
    name: str
    read: Callable[[Element], Any]
    say: Callable[[Any], str]
    handled: bool = False
    needed: bool = False


def _same(value: object) -> str:
    return str(value)


def _any(element: Element) -> Element:
    """An extension whose content is of no interest here."""
    return element


def _features(value: tuple[int, ...]) -> str:
    known = {5: "status_request", 17: "status_request_v2"}
    return listed([known.get(one, str(one)) for one in value])


def _time(element: Element) -> str:
    read_time = moment(element)
    return minute(read_time.when) if read_time.when else plain(read_time.written)


_HANDLED = {"handled": True}
_NEEDED = {"needed": True}
_BOTH = {"handled": True, "needed": True}

KINDS: dict[str, Kind] = {
    kind.oid: kind
    for kind in (
        Kind(BASIC_CONSTRAINTS, "basicConstraints", read.read_basic, say.basic_words, **_BOTH),
        Kind(KEY_USAGE, "keyUsage", read.read_usage, lambda value: f"to {listed(say.uses(value))}", **_BOTH),
        Kind(
            EXTENDED_KEY_USAGE,
            "extKeyUsage",
            read.read_purposes,
            lambda value: f"for {listed(say.purposes(value))}",
            **_BOTH,
        ),
        Kind(SUBJECT_ALTERNATIVE_NAME, "subjectAltName", read_general_names, in_words, **_BOTH),
        Kind("2.5.29.18", "issuerAltName", read_general_names, in_words),
        Kind(SUBJECT_KEY, "subjectKeyIdentifier", octets, read.short_hex, **_NEEDED),
        Kind(AUTHORITY_KEY, "authorityKeyIdentifier", read.read_authority, say.authority_words, **_NEEDED),
        Kind(NAME_CONSTRAINTS, "nameConstraints", read.read_constraints, say.constraints_words, **_BOTH),
        Kind(DISTRIBUTION_POINTS, "cRLDistributionPoints", read.read_points, in_words, **_BOTH),
        Kind("2.5.29.46", "freshestCRL", read.read_points, in_words),
        Kind("1.3.6.1.5.5.7.1.1", "authorityInfoAccess", read.read_access, say.access_words),
        Kind("1.3.6.1.5.5.7.1.11", "subjectInfoAccess", read.read_access, say.access_words),
        Kind("2.5.29.32", "certificatePolicies", read.read_policies, listed, **_HANDLED),
        Kind("2.5.29.33", "policyMappings", read.read_mappings, listed, **_HANDLED),
        Kind("2.5.29.36", "policyConstraints", read.read_policy_constraints, _same, **_HANDLED),
        Kind("2.5.29.54", "inhibitAnyPolicy", small, lambda value: f"after {count(value, 'more CA')}", **_HANDLED),
        Kind("2.5.29.16", "privateKeyUsagePeriod", read.read_period, _same),
        Kind("2.5.29.9", "subjectDirectoryAttributes", sequence_of, lambda value: f"{len(value)} attributes"),
        Kind(NETSCAPE_TYPE, "nsCertType", named_bits, lambda value: f"for {listed(say.netscape(value))}", **_BOTH),
        Kind("2.16.840.1.113730.1.13", "nsComment", text, plain),
        Kind("1.3.6.1.5.5.7.1.24", "tlsFeature", read.read_features, _features),
        Kind(
            "1.3.6.1.5.5.7.48.1.5",
            "ocspNoCheck",
            read.read_null,
            lambda _: "its revocation need not be checked",
            **_HANDLED,
        ),
        Kind(
            PRECERTIFICATE,
            "precertPoison",
            read.read_null,
            lambda _: "a precertificate, for Certificate Transparency logs only",
        ),
        *(
            Kind(
                oid,
                "signedCertificateTimestamps",
                read.read_timestamps,
                lambda value: f"{len(value)}: {listed(value)}",
            )
            for oid in ("1.3.6.1.4.1.11129.2.4.2", "1.3.6.1.4.1.11129.2.4.5")
        ),
        Kind(PROXY, "proxyCertInfo", _any, lambda _: "acts for its issuer", **_BOTH),
        Kind("1.3.6.1.5.5.7.1.3", "qcStatements", sequence_of, lambda value: f"{len(value)} statements"),
        Kind(ADDRESSES, "ipAddrBlocks", sequence_of, lambda value: f"{len(value)} blocks", **_BOTH),
        Kind(AS_NUMBERS, "autonomousSysIds", _any, lambda _: "of autonomous systems", **_BOTH),
        Kind("2.5.29.20", "cRLNumber", integer, say.number_in_hex),
        Kind(
            DELTA, "deltaCRLIndicator", integer, lambda value: f"changes since {say.number_in_hex(value)}", **_HANDLED
        ),
        Kind(CRL_SCOPE, "issuingDistributionPoint", read.read_scope, say.scope_words, **_HANDLED),
        Kind(REASON, "reasonCode", small, say.reason),
        Kind("2.5.29.24", "invalidityDate", _time, _same),
        Kind(CERTIFICATE_ISSUER, "certificateIssuer", read_general_names, in_words),
    )
}
