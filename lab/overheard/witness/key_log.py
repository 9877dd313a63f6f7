"""Session keys of TLS: those of all connections of this process, and of processes that it starts, go to one file."""

from __future__ import annotations

import gc
import os
import ssl
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

if TYPE_CHECKING:
    from collections.abc import Iterator

# Honoured by curl, by browsers, and by Python where a context is made with `ssl.create_default_context`.
VARIABLE = "SSLKEYLOGFILE"
# What makes a context, before anybody can use it.
_MAKE = "__new__"


@contextmanager
def key_log(folder: Path) -> Iterator[Path]:
    """Have session keys written to a file in `folder`, or to that of SSLKEYLOGFILE if it is set. Yields its path.

    Every `SSLContext` of this process writes them, whoever made it and when: a server in the same process, too.
    """
    given = os.environ.get(VARIABLE)
    path = Path(given) if given else folder / "session.keys"
    # OpenSSL would create it for everybody to read.
    path.touch(mode=0o600)
    with _variable(str(path)), _contexts(str(path)):
        yield path


@contextmanager
def _variable(path: str) -> Iterator[None]:
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = path
    try:
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before


@contextmanager
def _contexts(path: str) -> Iterator[None]:
    """Have the contexts that exist, and those made from now on, write their keys to `path`."""
    changed: WeakSet[ssl.SSLContext] = WeakSet()
    make: Any = ssl.SSLContext.__dict__[_MAKE]

    def make_changed(*arguments: object, **named: object) -> ssl.SSLContext:
        context: ssl.SSLContext = make.__func__(*arguments, **named)
        change(context)
        return context

    def change(context: ssl.SSLContext) -> None:
        if not context.keylog_filename:
            context.keylog_filename = path
            changed.add(context)

    # No list of all contexts exists but that of the garbage collector. To ask a proxy for its class may raise anything.
    for each in gc.get_objects():
        if issubclass(type(each), ssl.SSLContext):
            change(each)
    setattr(ssl.SSLContext, _MAKE, staticmethod(make_changed))
    try:
        yield
    finally:
        setattr(ssl.SSLContext, _MAKE, make)
        for context in changed:
            if context.keylog_filename == path:
                context.keylog_filename = None  # type: ignore[assignment]  # it is unset so
