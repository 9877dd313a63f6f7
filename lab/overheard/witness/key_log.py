"""Session keys of TLS: those of all connections of this process, and of processes that it starts, go to one file."""

from __future__ import annotations

import gc
import os
import ssl
import threading
from contextlib import ExitStack, contextmanager, suppress
from mmap import PROT_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from overheard.witness.psycopg_keys import psycopg_keys
from overheard.witness.temporary import temporary_folder
from overheard.words.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

# Honoured by curl, by browsers, and by Python where a context is made with `ssl.create_default_context`.
VARIABLE = "SSLKEYLOGFILE"
# What makes a context, before anybody can use it.
_MAKE = "__new__"


class _Shared:
    """The key log of all that listen at a time: they may begin and end in any order, and in different threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._ended = ExitStack()
        self._path = Path()

    def enter(self) -> Path:
        with self._lock:
            if not self._users:
                with ExitStack() as stack:
                    self._path = _created(stack)
                    stack.enter_context(_variable(str(self._path)))
                    stack.enter_context(_contexts(str(self._path)))
                    stack.enter_context(psycopg_keys(str(self._path)))
                    self._ended = stack.pop_all()
            self._users += 1
            return self._path

    def leave(self) -> None:
        with self._lock:
            self._users -= 1
            if not self._users:
                self._ended.close()


_shared = _Shared()


@contextmanager
def key_log() -> Iterator[Path]:
    """Have session keys written to a temporary file, or to that of SSLKEYLOGFILE if it is set. Yields its path.

    Every `SSLContext` of this process writes them, whoever made it and when: a server in the same process, too. So does
    psycopg. Raises SettingsError if the file cannot be written.
    """
    path = _shared.enter()
    try:
        yield path
    finally:
        _shared.leave()


def client_randoms(log: Path) -> Iterator[bytes]:
    """The client random of each line of a key log (RFC 9850); none of what cannot be read."""
    # The block may have removed it.
    with suppress(FileNotFoundError), log.open("rb") as file:
        for line in file:
            with suppress(ValueError):
                _, random, _ = line.decode("ascii").split()
                yield bytes.fromhex(random)


def is_of(log: Path, recording: Path) -> bool:
    """Whether a key log has keys of a connection over TCP in a recording, which has its client random in clear."""
    with recording.open("rb") as file, mmap(file.fileno(), 0, prot=PROT_READ) as recorded:
        return any(recorded.find(random) >= 0 for random in {*client_randoms(log)})


def _created(stack: ExitStack) -> Path:
    if given := os.environ.get(VARIABLE):
        path = Path(given)
    else:
        path = stack.enter_context(temporary_folder()) / "session.keys"
    try:
        # OpenSSL would create it for everybody to read. A pipe that nobody reads is an error, too.
        os.close(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, 0o600))
    except OSError as problem:
        says = f"session keys cannot be written to {path}: {problem.strerror}"
        raise SettingsError(says, hint=f"{VARIABLE} names it: unset it, or name another file") from None
    return path


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
