"""Rules on whether the chain leads to a trusted root, and where it ends if not."""

from __future__ import annotations

from collections.abc import Iterator

from overheard.certificates.documents.certificate import Certificate
from overheard.certificates.names import called
from overheard.certificates.path import mismatch, misplaced, of_name, self_signed
from overheard.certificates.rules.rule import Case, Rule, the


def _order(case: Case) -> Iterator[str]:
    if at := misplaced(case.chain):
        yield f"{the(case.chain[at])} is number {at + 1} of {len(case.chain)}, and must come first"


def _self_signed(case: Case) -> Iterator[str]:
    if case.astray and self_signed(case.path.top) and not case.path.above:
        yield f"{the(case.path.top)} is self-signed, and not trusted"


def _self_signed_in_chain(case: Case) -> Iterator[str]:
    if case.astray and self_signed(case.path.top) and case.path.above:
        yield f"the chain leads to {the(case.path.top)}, which the server sent as well, but which is not trusted"


def _mismatch(case: Case) -> Iterator[str]:
    if other := _other_issuer(case):
        yield (
            f"{the(case.path.top)} was signed by the key of {the(other)}, but names {mismatch(case.path.top, other)} "
            "as that of its issuer"
        )


def _unknown_root(case: Case) -> Iterator[str]:
    if _has_no_issuer(case) and case.path.above:
        yield f"the chain leads to {_issuer(case.path.top)}, and is not trusted"


def _missing_intermediate(case: Case) -> Iterator[str]:
    if _has_no_issuer(case) and not case.path.above:
        sent = (
            "nothing else was sent"
            if len(case.chain) == 1
            else "nothing else that was sent is that issuer's certificate"
        )
        # Without the issuer's certificate, it is unknown whether that is an intermediate or a root.
        yield f"{_issuer(case.path.top)}, is not trusted, and {sent}; if that is a root, see unknown-root"


def _has_no_issuer(case: Case) -> bool:
    return case.astray and not self_signed(case.path.top) and _other_issuer(case) is None


def _other_issuer(case: Case) -> Certificate | None:
    """The certificate that signed the end of the path, and that is not what its key identifiers say."""
    top = case.path.top
    if not case.astray or (self_signed(top) and top.issuer.key == top.subject.key):
        return None
    known = of_name((*(case.trusted or ()), *case.chain), top)
    return next((one for one in known if mismatch(top, one) and top.signed_by(one.key)), None)


def _signature(case: Case) -> Iterator[str]:
    path = case.path
    for child, parent in zip(path.certificates, path.above, strict=False):
        if child.signed_by(parent.key) is False:
            yield _did_not_sign(case, child, parent)


def _did_not_sign(case: Case, child: Certificate, parent: Certificate) -> str:
    if child.algorithm.encoded != child.named_algorithm.encoded:
        return f"{the(child)} says within that it is signed with {child.named_algorithm}, and without {child.algorithm}"
    others = of_name((*(case.trusted or ()), *case.chain), child)
    if any(child.signed_by(one.key) for one in others if one != parent):
        return f"{the(child)} was not signed by the first {the(parent)}, but by another of that name"
    return f"{the(parent)} has the name of the issuer of {the(child)}, but its key did not sign it"


def _issuer(certificate: Certificate) -> str:
    return f'"{called(certificate.issuer)}", who signed {the(certificate)}'


ORDER = Rule("wrong-order", _order)
TRUST = (
    Rule("self-signed", _self_signed),
    Rule("self-signed-in-chain", _self_signed_in_chain),
    Rule("authority-key-mismatch", _mismatch),
    Rule("unknown-root", _unknown_root),
    Rule("missing-intermediate", _missing_intermediate),
)
SIGNATURE = Rule("signature-invalid", _signature)
