"""Session keys of PostgreSQL: libpq reads no variable that names a file for them, so psycopg names it to libpq."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

# The first version of libpq that writes session keys; an earlier one refuses the parameter.
_WRITES_KEYS = 180000
_PARAMETER = "sslkeylogfile"


@contextmanager
def psycopg_keys(path: str) -> Iterator[None]:
    """Have psycopg (3) write the keys of connections that it makes from now on to `path`, if it can and is imported.

    A connection string that names another file keeps it.
    """
    # Who has not imported it yet need not wait for that.
    generators: Any = sys.modules.get("psycopg.generators")
    conninfo: Any = sys.modules.get("psycopg.conninfo")
    pq: Any = sys.modules.get("psycopg.pq")
    if not (generators and conninfo and pq and pq.version() >= _WRITES_KEYS):
        yield
        return
    connect = generators.connect

    def connect_with_keys(text: str, *more: object, **named: object) -> object:
        # It has the password.
        __tracebackhide__ = True
        text = conninfo.make_conninfo("", **{_PARAMETER: path, **conninfo.conninfo_to_dict(text)})
        return connect(text, *more, **named)

    generators.connect = connect_with_keys
    try:
        yield
    finally:
        generators.connect = connect
