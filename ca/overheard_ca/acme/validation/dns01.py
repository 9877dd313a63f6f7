"""The challenge dns-01: a TXT record below the name (RFC 8555, 8.4)."""

from __future__ import annotations

import hashlib

import dns.exception
from josepy import b64

from overheard_ca.acme.identifiers import Identifier
from overheard_ca.acme.problems import Kind, ProblemError
from overheard_ca.acme.validation.network import Network


def validate(network: Network, identifier: Identifier, expected: str) -> None:
    """Raise ProblemError if the record is not there."""
    name = f"_acme-challenge.{identifier.value}."
    try:
        answer = network.resolver.resolve(name, "TXT")
    except dns.exception.DNSException as problem:
        raise ProblemError(Kind.DNS, f"The TXT record of {name!r:.300} was not found: {problem!s:.200}") from None
    digest = b64.b64encode(hashlib.sha256(expected.encode()).digest())
    found = [b"".join(record.strings) for record in answer]
    if digest not in found:
        raise ProblemError(
            Kind.INCORRECT_RESPONSE,
            f"The TXT records of {name!r:.300} are {[each[:60] for each in found[:3]]}, and none is the hash of the "
            "token, a dot and the thumbprint of the account's key.",
        )
