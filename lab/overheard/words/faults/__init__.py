"""Faults of certificates that the gallery does not make: what is wrong, the cause, the cure, and which programs mind.

The gallery has those that a server can show to `requests` on every Python.
"""

from __future__ import annotations

from overheard.words.faults import elsewhere, refused, strict
from overheard.words.faults.fault import CertificateFault
from overheard.words.gallery import ROWS, Row

__all__ = ["FAULTS", "CertificateFault", "explained"]

FAULTS: tuple[CertificateFault, ...] = (*refused.FAULTS, *strict.FAULTS, *elsewhere.FAULTS)
_BY_NAME: dict[str, Row | CertificateFault] = {row.name: row for row in ROWS} | {one.name: one for one in FAULTS}


def explained(name: str) -> Row | CertificateFault:
    """The row of the gallery, or the fault, of that name. Raises KeyError if there is none."""
    return _BY_NAME[name]
