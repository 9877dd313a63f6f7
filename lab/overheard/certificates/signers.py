"""Who signed each certificate of a file, as far as a signature proves it, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from overheard.certificates.documents.certificate import Certificate
from overheard.certificates.names import called

# Of one name. So the work is bounded, however many certificates there are.
_MOST_OF_A_NAME = 20
_Numbered = tuple[int, Certificate]


def signers(chain: Sequence[Certificate], trusted: Sequence[Certificate]) -> list[str]:
    """For each certificate, who signed it."""
    by_name: dict[object, list[_Numbered]] = defaultdict(list)
    # Trusted ones have no number of their own.
    for number, one in (*enumerate(chain, 1), *((0, one) for one in trusted)):
        if len(by_name[one.subject.key]) < _MOST_OF_A_NAME:
            by_name[one.subject.key].append((number, one))
    anchors = set(trusted)
    return [_signer(one, by_name[one.issuer.key], anchors) for one in chain]


def _signer(one: Certificate, candidates: list[_Numbered], trusted: set[Certificate]) -> str:
    if one.self_issued and one.signed_by(one.key):
        return "itself" + ", and trusted" * (one in trusted)
    issuer = f'"{called(one.issuer)}"'
    for number, other in candidates:
        if one.signed_by(other.key):
            return (
                f"{f'certificate {number}, {issuer}' if number else f'{issuer}, which is trusted'}: the signature holds"
            )
    return _nobody(one, issuer, candidates)


def _nobody(one: Certificate, issuer: str, candidates: list[_Numbered]) -> str:
    """The same if no signature holds."""
    others = [(number, other) for number, other in candidates if other != one]
    if not others:
        return f"{issuer}, which is not here"
    number, other = others[0]
    which = f"certificate {number}" if number else "a trusted certificate"
    if one.signed_by(other.key) is None:
        return f"{issuer}: the signature is of a kind that cannot be checked here"
    return f"none of these: {which} is named {issuer}, but its key did not sign this"
