"""The gallery: ways for HTTPS to fail, one row each, with the error of `requests`, the cause, and the cure.

The rows drive the gallery's server, the scenario `gallery`, `overheard errors`, the tests and the page of the docs.
`FAULTS` are the rows, and the faults that no server can make, which only `overheard errors` knows.
`dataclasses.asdict` makes each plain data.
"""

from __future__ import annotations

from overheard.words.gallery import (
    alerts,
    authorities,
    before_tls,
    certificates,
    connections,
    handshakes,
    other_side,
    own_side,
)
from overheard.words.gallery.row import ErrorText, Fault, Row

__all__ = ["FAULTS", "HOSTS", "ROWS", "ErrorText", "Fault", "Row", "at", "fault_at"]

ROWS: tuple[Row, ...] = (
    *certificates.ROWS,
    *authorities.ROWS,
    *handshakes.ROWS,
    *alerts.ROWS,
    *connections.ROWS,
)
FAULTS: tuple[Fault, ...] = (*ROWS, *own_side.FAULTS, *other_side.FAULTS, *before_tls.FAULTS)

# The names that must resolve to the gallery, so that its rows fail for their own reason.
HOSTS = frozenset(row.host for row in ROWS if row.host)


_BY_NAME = {fault.name: fault for fault in FAULTS}


def at(name: str) -> Row:
    """The row of that name. Raises KeyError where there is none."""
    return {row.name: row for row in ROWS}[name]


def fault_at(name: str) -> Fault:
    """The fault of that name, a row or not. Raises KeyError where there is none."""
    return _BY_NAME[name]
