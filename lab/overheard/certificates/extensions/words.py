"""What extensions say, in words of one line each."""

from __future__ import annotations

from overheard.certificates.extensions.values import (
    ANY_PURPOSE,
    SERVER_AUTH,
    AuthorityKey,
    BasicConstraints,
    NameConstraints,
    Scope,
    short_hex,
)
from overheard.certificates.general_names import GeneralName, in_words
from overheard.certificates.names import COMMON_NAME, listed, plain

_USES = (
    "sign",
    "sign what cannot be denied later",
    "encrypt keys",
    "encrypt data",
    "agree on keys",
    "sign certificates",
    "sign revocation lists",
    "only to encrypt",
    "only to decrypt",
)
_NETSCAPE = ("clients", "servers", "email", "code", "?", "a CA of clients and servers", "a CA of email", "a CA of code")
_PURPOSES = {
    SERVER_AUTH: "servers",
    "1.3.6.1.5.5.7.3.2": "clients",
    "1.3.6.1.5.5.7.3.3": "code",
    "1.3.6.1.5.5.7.3.4": "email",
    "1.3.6.1.5.5.7.3.8": "time stamps",
    "1.3.6.1.5.5.7.3.9": "OCSP answers",
    ANY_PURPOSE: "any purpose",
}
_ACCESS = {"1.3.6.1.5.5.7.48.1": "OCSP at", "1.3.6.1.5.5.7.48.2": "the issuer at"}
_REASONS = (
    "unspecified",
    "the key was compromised",
    "the CA was compromised",
    "the affiliation changed",
    "it was superseded",
    "it is no longer in use",
    "it is on hold",
    "?",
    "it is taken off the list again",
    "the privilege was withdrawn",
    "the attribute authority was compromised",
)


def uses(usage: frozenset[int]) -> list[str]:
    """The key usages, in words (RFC 5280, 4.2.1.3)."""
    return [words for number, words in enumerate(_USES) if number in usage]


def purposes(usage: tuple[str, ...]) -> list[str]:
    """The extended key usages, in words (RFC 5280, 4.2.1.12)."""
    return [_PURPOSES.get(one) or f"unknown purpose {one}" for one in usage]


def netscape(usage: frozenset[int]) -> list[str]:
    """The types of a certificate that Netscape knew, in words."""
    return [words for number, words in enumerate(_NETSCAPE) if number in usage]


def reason(number: int) -> str:
    """A reason of a revocation, in words (RFC 5280, 5.3.1)."""
    return _REASONS[number] if 0 <= number < len(_REASONS) else f"unknown reason {number}"


def number_in_hex(number: int) -> str:
    """A serial number or another large number, of which the first 20 octets are shown, as RFC 5280 allows no more."""
    digits = f"{abs(number):x}"
    return "-" * (number < 0) + digits[:40] + (f"… ({len(digits)} digits)" if len(digits) > 40 else "")


def basic_words(value: BasicConstraints) -> str:
    """Basic constraints."""
    if not value.ca:
        return "not a CA" + (
            f", and yet with a path length of {value.path_length}" if value.path_length is not None else ""
        )
    if value.path_length is None:
        return "a CA"
    return f"a CA, with {f'at most {value.path_length}' if value.path_length else 'no'} other CA below it"


def authority_words(value: AuthorityKey) -> str:
    """An authority key identifier."""
    words = [short_hex(value.identifier or b"")]
    words += [f'the key of "{plain(_issuer_name(name))}"' for name in value.issuer]
    return listed(words + ([f"certificate {number_in_hex(value.serial)}"] if value.serial is not None else []))


def _issuer_name(name: GeneralName) -> str:
    common = name.name.values(COMMON_NAME) if name.name else []
    return common[-1] if common else name.text


def constraints_words(value: NameConstraints) -> str:
    """Name constraints."""
    trees = (("only", value.permitted), ("never", value.excluded))
    return "; ".join(f"{word} {in_words(tuple(one.base for one in some))}" for word, some in trees if some) or "none"


def scope_words(value: Scope) -> str:
    """The scope of a revocation list."""
    only = [f"only {words}{'s' * (words in {'server', 'CA'})}" for words in sorted(value.only)]
    return listed(only + [str(name) for name in value.points])


def access_words(value: tuple[tuple[str, GeneralName], ...]) -> str:
    """Where services of the issuer are."""
    return listed([f"{_ACCESS.get(method) or method} {name}" for method, name in value])
