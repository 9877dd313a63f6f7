"""Identifiers of orders: DNS names, wildcards among them, and IP addresses (RFC 8555, 7.1.3; RFC 8738)."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

from overheard.role.names import Name, folded, read_name
from overheard_ca.acme.problems import Kind, ProblemError, of_identifiers

# More names make a certificate that some clients do not take.
_MOST = 100
_WILDCARD = "*."


@dataclass(frozen=True)
class Identifier:
    """A name that is asked for; `value` is without the asterisk of a wildcard."""

    type: str
    value: str
    wildcard: bool = False

    @classmethod
    def of(cls, name: str) -> Identifier:
        """That of a name in a certificate."""
        if not isinstance(folded(name), str):
            return cls("ip", name)
        return cls("dns", name.removeprefix(_WILDCARD), name.startswith(_WILDCARD))

    @property
    def name(self) -> Name:
        """What stands in the certificate."""
        return ip_address(self.value) if self.type == "ip" else _WILDCARD * self.wildcard + self.value

    @property
    def document(self) -> dict[str, str]:
        """As it was asked for."""
        return {"type": self.type, "value": str(self.name)}


def read_identifiers(found: object) -> tuple[Identifier, ...]:
    """The identifiers of an order. Raises ProblemError, with a subproblem for each that is refused."""
    if not isinstance(found, list) or not found:
        raise ProblemError(Kind.MALFORMED, "identifiers is not a list of at least one name.")
    if len(found) > _MOST:
        raise ProblemError(Kind.MALFORMED, f"There are {len(found)} identifiers: ask for at most {_MOST} at once.")
    good, refused = [], []
    for each in found:
        kind, value = _parts(each)
        try:
            good.append(_read(kind, value))
        except ProblemError as problem:
            refused.append(({"type": kind, "value": value}, problem))
    if refused:
        raise of_identifiers(refused)
    if len(set(good)) < len(good):
        twice = next(each for each in good if good.count(each) > 1)
        raise ProblemError(Kind.MALFORMED, f"{str(twice.name)!r} stands twice among the identifiers: ask for it once.")
    return tuple(good)


def _parts(found: object) -> tuple[str, str]:
    kind, value = (found.get("type"), found.get("value")) if isinstance(found, dict) else (None, None)
    if not isinstance(kind, str) or not isinstance(value, str):
        raise ProblemError(Kind.MALFORMED, "An identifier is not an object with a type and a value, both text.")
    return kind, value


def _read(kind: str, value: str) -> Identifier:
    match kind:
        case "dns":
            return _read_dns(value)
        case "ip":
            return _read_ip(value)
    raise ProblemError(
        Kind.UNSUPPORTED_IDENTIFIER, f"Identifiers of type {kind!r:.40} are not certified here: ask for dns or ip."
    )


def _read_dns(value: str) -> Identifier:
    wildcard = value.startswith(_WILDCARD)
    bare = value.removeprefix(_WILDCARD)
    if not isinstance(folded(bare), str):
        raise _rejected(f"{value!r:.80} is an address: ask for it with the type ip (RFC 8738).")
    try:
        name = read_name(bare)
    except ValueError as problem:
        raise _rejected(f"{str(problem)[:300]}.") from None
    return Identifier("dns", str(name), wildcard)


def _read_ip(value: str) -> Identifier:
    try:
        address = ip_address(value)
    except ValueError:
        raise _rejected(f"{value!r:.80} is not an IP address.") from None
    if str(address) != value or getattr(address, "scope_id", None):
        raise _rejected(f"{value!r:.80} is not written as RFC 5952 says: ask for {str(address).partition('%')[0]}.")
    return Identifier("ip", value)


def _rejected(says: str) -> ProblemError:
    return ProblemError(Kind.REJECTED_IDENTIFIER, says)
