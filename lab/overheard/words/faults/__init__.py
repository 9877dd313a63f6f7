"""Faults of certificates that the gallery does not make: what is wrong, the cause, the cure, and which programs mind.

The gallery has those that a server can show to `requests` on every Python.
"""

from __future__ import annotations

from overheard.words.faults import elsewhere, refused, strict
from overheard.words.faults.fault import CertificateFault
from overheard.words.gallery import FAULTS as OTHERS
from overheard.words.gallery import Fault

__all__ = ["FAULTS", "CertificateFault", "explained"]

FAULTS: tuple[CertificateFault, ...] = (*refused.FAULTS, *strict.FAULTS, *elsewhere.FAULTS)
_BY_NAME: dict[str, Fault | CertificateFault] = {
    **{one.name: one for one in OTHERS},
    **{one.name: one for one in FAULTS},
}


def explained(name: str) -> Fault | CertificateFault:
    """The fault of that name, of a certificate alone or one that `overheard errors` knows. Raises KeyError."""
    return _BY_NAME[name]
