"""What a CA has to check of a request before it signs, in words: what a request says of its sender is not proved."""

from __future__ import annotations

from collections.abc import Iterator

from overheard.certificates.documents.request import Request
from overheard.certificates.extensions.kinds import BASIC_CONSTRAINTS, SUBJECT_ALTERNATIVE_NAME
from overheard.certificates.general_names import GeneralName, in_words
from overheard.certificates.names import COMMON_NAME, Name, label, listed, plain


def to_check(request: Request) -> Iterator[str]:
    """One sentence for each thing, what nobody should sign first."""
    if request.signature_holds is False:
        yield "the signature: refuse the request, as its sender may not have the private key (RFC 2986, 3)"
    if request.key.weak or request.key.useless:
        yield f"the key: clients refuse it, as it {request.key.useless or f'is {request.key}, which is too weak'}"
    constraints = request.extensions.value(BASIC_CONSTRAINTS)
    if constraints and constraints.ca:
        yield "the extensions: it asks to be a CA, which could sign for any name; do not copy what it asks for"
    names = request.extensions.value(SUBJECT_ALTERNATIVE_NAME) or ()
    yield _of_names(names)
    yield from _of_common_names(request.subject, names)
    if others := _other_attributes(request.subject):
        yield f"the subject: that {others} is true, or leave it out"


def _of_names(names: tuple[GeneralName, ...]) -> str:
    if names:
        return f"the names: that the sender is in control of {in_words(names)}, which the signature does not prove"
    return "the names: there are none, and clients look nowhere else (RFC 9525, 2), so it would be valid for no host"


def _of_common_names(subject: Name, names: tuple[GeneralName, ...]) -> Iterator[str]:
    known = {name.text.casefold() for name in names}
    for common in subject.values(COMMON_NAME) if names else ():
        if common.casefold() not in known:
            yield f'the common name: "{plain(common)}" is not among the names, so it would not be valid for it'


def _other_attributes(subject: Name) -> str:
    others = [one for rdn in subject.rdns for one in rdn if one.type != COMMON_NAME]
    return listed([plain(f"{label(one.type)}={one.value}") for one in others]) if others else ""
