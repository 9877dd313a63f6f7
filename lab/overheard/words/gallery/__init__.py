"""The gallery: ways for HTTPS to fail, one row each, with the error of `requests`, the cause, and the cure.

The rows drive the gallery's server, the scenario `gallery`, `overheard errors`, the tests and the page of the docs.
`dataclasses.asdict` makes a row plain data.
"""

from __future__ import annotations

from overheard.words.gallery import authorities, certificates, connections, handshakes
from overheard.words.gallery.row import ErrorText, Row

__all__ = ["HOSTS", "ROWS", "ErrorText", "Row", "at"]

ROWS: tuple[Row, ...] = (*certificates.ROWS, *authorities.ROWS, *handshakes.ROWS, *connections.ROWS)

# The names that must resolve to the gallery, so that its rows fail for their own reason.
HOSTS = frozenset(row.host for row in ROWS if row.host)


def at(name: str) -> Row:
    """The row of that name. Raises KeyError where there is none."""
    for row in ROWS:
        if row.name == name:
            return row
    raise KeyError(name)
