"""What OpenSSL refuses with X509_V_FLAG_X509_STRICT, which urllib3, and so `requests`, sets from Python 3.13 on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from overheard.certificates.documents.certificate import Certificate
from overheard.certificates.extensions.kinds import (
    AUTHORITY_KEY,
    BASIC_CONSTRAINTS,
    KEY_USAGE,
    SUBJECT_ALTERNATIVE_NAME,
    SUBJECT_KEY,
)
from overheard.certificates.extensions.values import CRL_SIGN, KEY_CERT_SIGN
from overheard.certificates.path import may_certify
from overheard.certificates.rules.rule import Case, Rule, the

# Whether the Python that this runs on sets it.
HERE = sys.version_info >= (3, 13)


def _each(check: Callable[[Certificate, Case], str]) -> Callable[[Case], Iterator[str]]:
    """A check of each certificate of a path of more than one: OpenSSL leaves one that is trusted itself alone."""

    def details(case: Case) -> Iterator[str]:
        for one in case.path.certificates if _checked(case) else ():
            if words := check(one, case):
                yield f"{the(one)} {words}"

    return details


def _checked(case: Case) -> bool:
    """Whether there is more than one certificate, or the one that is missing would be the second."""
    return bool(case.path.above) or not case.path.server.self_issued


def _is_ca(one: Certificate) -> bool:
    basic = one.extensions.value(BASIC_CONSTRAINTS)
    return bool(basic and basic.ca)


def _usage(one: Certificate) -> frozenset[int]:
    """The key usages; all of them if it does not say which."""
    usage: frozenset[int] | None = one.extensions.value(KEY_USAGE)
    return frozenset(range(9)) if usage is None else usage


def _has_usage(one: Certificate) -> bool:
    return one.extensions.find(KEY_USAGE) is not None


def _length(one: Certificate) -> int | None:
    basic = one.extensions.value(BASIC_CONSTRAINTS)
    return basic.path_length if basic else None


def _old_root(one: Certificate, case: Case) -> str:
    # One that is refused anyway is found by another rule.
    tolerated = one in case.path.above and may_certify(one) is True and not _is_ca(one)
    return "is a CA without saying so in basicConstraints" if tolerated else ""


def _length_of_no_ca(one: Certificate, _case: Case) -> str:
    return "is not a CA, and has a path length" if _length(one) is not None and not _is_ca(one) else ""


def _length_without_usage(one: Certificate, _case: Case) -> str:
    wrong = _length(one) is not None and _is_ca(one) and KEY_CERT_SIGN not in _usage(one)
    return "has a path length, and may not sign certificates" if wrong else ""


def _basic_not_critical(one: Certificate, _case: Case) -> str:
    basic = one.extensions.find(BASIC_CONSTRAINTS)
    return "is a CA, and its basicConstraints are not critical" if basic and _is_ca(one) and not basic.critical else ""


def _no_usage(one: Certificate, _case: Case) -> str:
    return "is a CA without keyUsage" if _is_ca(one) and not _has_usage(one) else ""


def _usage_of_no_ca(one: Certificate, _case: Case) -> str:
    signs = _has_usage(one) and KEY_CERT_SIGN in _usage(one)
    return "is not a CA, and its keyUsage is to sign certificates" if signs and not _is_ca(one) else ""


def _no_issuer(one: Certificate, _case: Case) -> str:
    return "" if one.issuer.key else "has an empty issuer"


def _no_subject(one: Certificate, _case: Case) -> str:
    alone = one.extensions.find(SUBJECT_ALTERNATIVE_NAME) is None
    needs_one = _is_ca(one) or alone or (_has_usage(one) and CRL_SIGN in _usage(one))
    return "has an empty subject" if needs_one and not one.subject.key else ""


def _names_not_critical(one: Certificate, _case: Case) -> str:
    names = one.extensions.find(SUBJECT_ALTERNATIVE_NAME)
    wrong = names is not None and not names.critical and not one.subject.key
    return "has an empty subject, and its subjectAltName is not critical" if wrong else ""


def _no_names(one: Certificate, _case: Case) -> str:
    names = one.extensions.find(SUBJECT_ALTERNATIVE_NAME)
    return "has a subjectAltName without names" if names and names.value == () else ""


def _critical(kind: str, name: str) -> Callable[[Certificate, Case], str]:
    def check(one: Certificate, _case: Case) -> str:
        extension = one.extensions.find(kind)
        return f"has a critical {name}" if extension and extension.critical else ""

    return check


def _no_authority_key(one: Certificate, case: Case) -> str:
    named = one.extensions.value(AUTHORITY_KEY)
    lacks = named is None or named.identifier is None
    unknown = one.extensions.unreadable(AUTHORITY_KEY)
    is_last = one is case.path.top and (case.path.anchored or one.self_issued)
    return (
        "has no authorityKeyIdentifier with a key" if one.version > 2 and lacks and not unknown and not is_last else ""
    )


def _no_subject_key(one: Certificate, _case: Case) -> str:
    lacks = one.extensions.find(SUBJECT_KEY) is None
    return "is a CA without subjectKeyIdentifier" if one.version > 2 and _is_ca(one) and lacks else ""


def _old_version(one: Certificate, _case: Case) -> str:
    return f"has extensions, and is of version {one.version}" if one.version < 3 and one.extensions.all else ""


STRICT: tuple[Rule, ...] = (
    Rule("strict-ca-without-basic-constraints", _each(_old_root)),
    Rule("strict-path-length-of-no-ca", _each(_length_of_no_ca)),
    Rule("strict-path-length-without-usage", _each(_length_without_usage)),
    Rule("strict-basic-constraints-not-critical", _each(_basic_not_critical)),
    Rule("strict-ca-without-key-usage", _each(_no_usage)),
    Rule("strict-key-usage-of-no-ca", _each(_usage_of_no_ca)),
    Rule("strict-issuer-empty", _each(_no_issuer)),
    Rule("strict-subject-empty", _each(_no_subject)),
    Rule("strict-alternative-name-not-critical", _each(_names_not_critical)),
    Rule("strict-alternative-name-empty", _each(_no_names)),
    Rule("strict-key-identifier-critical", _each(_critical(AUTHORITY_KEY, "authorityKeyIdentifier"))),
    Rule("strict-key-identifier-critical", _each(_critical(SUBJECT_KEY, "subjectKeyIdentifier"))),
    Rule("strict-no-authority-key-identifier", _each(_no_authority_key)),
    Rule("strict-no-subject-key-identifier", _each(_no_subject_key)),
    Rule("strict-extensions-of-old-version", _each(_old_version)),
)
