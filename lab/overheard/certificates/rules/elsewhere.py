"""What `requests` takes, and other programs refuse: readers of strict DER, Go, Java, GnuTLS."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from overheard.certificates.extensions.kinds import ADDRESSES, AS_NUMBERS, SUBJECT_ALTERNATIVE_NAME
from overheard.certificates.extensions.words import number_in_hex
from overheard.certificates.hosts import never_matches
from overheard.certificates.rules.rule import Case, Rule, the

# Of a certificate with very many names.
_MOST_NAMES = 20


def _not_der(case: Case) -> Iterator[str]:
    for one in case.shown:
        for deviation in one.not_der:
            yield f"{the(one)}: {deviation}"


def _odd_name(case: Case) -> Iterator[str]:
    for one in case.shown:
        for oddity in one.subject.oddities:
            yield f"the subject of {the(one)} {oddity}"
    for oddity in case.path.top.issuer.oddities if not case.path.top.self_issued else ():
        yield f"the issuer of {the(case.path.top)} {oddity}"


def _spelled_otherwise(case: Case) -> Iterator[str]:
    for child, parent in zip(case.path.certificates, case.path.above, strict=False):
        if child.issuer.encoded != parent.subject.encoded:
            yield f"{the(child)} writes the name of its issuer otherwise than {the(parent)} itself does"


def _no_name(case: Case) -> Iterator[str]:
    names = case.path.server.extensions.value(SUBJECT_ALTERNATIVE_NAME) or ()
    found = (f"{name} of {the(case.path.server)} {why}" for name in names if (why := never_matches(name)))
    yield from islice(found, _MOST_NAMES)


def _negative_serial(case: Case) -> Iterator[str]:
    for one in case.shown:
        if one.serial < 0:
            yield f"{the(one)} has the serial number {number_in_hex(one.serial)}"


def _version(case: Case) -> Iterator[str]:
    for one in case.shown:
        if one.version not in {1, 2, 3}:
            yield f"{the(one)} says that it is of version {number_in_hex(one.version)}"


def _unchecked(case: Case) -> Iterator[str]:
    for child, parent in zip(case.path.certificates, case.path.above, strict=False):
        if child.signed_by(parent.key) is None:
            yield f"the signature of {the(child)}: {child.algorithm}, by the key {parent.key}"


def _resources(case: Case) -> Iterator[str]:
    for one in case.path.certificates:
        for extension in one.extensions.all:
            if extension.oid in {ADDRESSES, AS_NUMBERS}:
                yield f"{extension.name} of {the(one)}"


ELSEWHERE: tuple[Rule, ...] = (
    Rule("signature-unchecked", _unchecked),
    Rule("resources-unchecked", _resources),
    Rule("name-never-matches", _no_name),
    Rule("not-der", _not_der),
    Rule("name-odd", _odd_name),
    Rule("issuer-spelled-otherwise", _spelled_otherwise),
    Rule("serial-negative", _negative_serial),
    Rule("version-unknown", _version),
)
