"""Chains of certificates, changed at random and signed again: `overheard show` must say of them what a handshake says.

What OpenSSL refuses must not come out without a word, and what it accepts has nothing wrong.
"""

from __future__ import annotations

import random
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from fuzz_subject import FoundError, Subject
from lab.certificates import der
from lab.certificates.handshakes import refused
from lab.certificates.mutations import changed_elements, documents, nodes
from lab.certificates.odd import EXTENSIONS
from lab.certificates.odd_chain import Chain
from overheard.certificates.errors import CertificateError
from overheard.certificates.examine import examine_file
from overheard.certificates.question import Question, Roots
from overheard.certificates.read import read_certificates

_PEM = re.compile(rb"-----BEGIN.*?-----END CERTIFICATE-----\n", re.DOTALL)
# Faults that OpenSSL takes, and that are told as wrong all the same: what the extension says is unknown.
_TAKEN = {"extension-unreadable-elsewhere", "extension-repeated-elsewhere"}


@contextmanager
def chains(_: Path) -> Iterator[Subject]:
    """The findings on a chain, beside the handshake of this Python."""
    documents()
    yield Subject(_drawn, _compared, longest=5)


def _drawn(draw: random.Random) -> bytes:
    """What a server sends, from the bottom up, and then the root, in PEM."""
    which = draw.randrange(4)
    root = (
        _changed(der.root(extensions=_with_others(der.root_extensions(), draw)), 1, draw) if not which else der.root()
    )
    if which < 2:
        return b"".join(one.pem for one in (_leaf(1, der.ROOT_NAME, draw), root))
    middle = der.issuing(extensions=_with_others(der.issuing_extensions(), draw))
    middle = _changed(middle, 1, draw) if which == 2 else middle
    return b"".join(one.pem for one in (_leaf(2, middle.subject, draw), middle, root))


def _leaf(by: int, issuer: bytes, draw: random.Random) -> der.Written:
    extensions = _with_others(der.leaf_extensions(by=by), draw)
    return _changed(der.leaf(by=by, issuer=issuer, extensions=extensions), by, draw)


def _with_others(good: list[bytes], draw: random.Random) -> list[bytes]:
    """Extensions of which some are others, critical or not."""
    drawn = draw.sample(list(EXTENSIONS.values()), draw.choice((0, 0, 1, 2)))
    others = [der.extension(kind, value, draw.choice((None, True, False))) for kind, value in drawn]
    others += [der.basic(ca=draw.random() < 0.5, length=draw.choice((None, -1, 0, 1)))] if draw.random() < 0.2 else []
    return der.replaced(good, *others)


def _changed(made: der.Written, by: int, draw: random.Random) -> der.Written:
    """A certificate with changes in what is signed, most times, and a signature that fits."""
    (top,) = nodes(made.der) or []
    content = top.parts[0].encoded()
    if draw.random() < 0.7:
        content = changed_elements(content, draw)
    return replace(made, der=der.signed(content, der.key(by)))


def _compared(data: bytes) -> str:
    *sent, root = (ssl.PEM_cert_to_DER_cert(pem.decode()) for pem in _PEM.findall(data))
    chain = Chain(tuple(der.Written(one, der.key(), b"") for one in sent), (der.Written(root, None, b""),))
    accepted = not refused(chain, strict=False)
    try:
        trusted = Roots(Path("it"), read_certificates(root, "it").certificates)
        found = examine_file(b"".join(sent), "it", Question(host=chain.host, trusted=trusted))
    except CertificateError as error:
        if accepted:
            raise FoundError(f"OpenSSL accepts it: {error}") from None
        return "unreadable"
    if accepted and (wrong := {one.row for one in found.wrong} - _TAKEN):
        raise FoundError(f"OpenSSL accepts it: {', '.join(wrong)}")
    if not accepted and not (found.wrong or found.remarks or found.skipped):
        raise FoundError("OpenSSL refuses it")
    return "accepted" if accepted else "refused"
