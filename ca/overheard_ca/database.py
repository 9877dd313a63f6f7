"""A file of SQLite that only its owner can read. Threads may share it, and forks as long as no connection is kept."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Seconds to wait for another thread's transaction, which takes milliseconds.
_PATIENCE = 10
# How many connections are kept for the next calls. Each is a file descriptor.
_KEPT = 16


class Database:
    """The file at `path`, which is created if it is missing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # SQLite makes whoever waits look again, ever more rarely: of a hundred threads, some would look in vain.
        self._one_at_a_time = threading.Lock()
        # Connections that nobody uses now; None if each is closed after its use.
        self._unused: list[sqlite3.Connection] | None = None
        # Created here, because SQLite would make it readable for everybody; its journals copy this mode.
        path.touch(mode=0o600)
        path.chmod(0o600)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all changes on the connection are committed, or none; one transaction at a time."""
        with self._one_at_a_time, self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                yield connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for reading, which waits for no transaction."""
        connection = self._connection()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        if self._unused is not None and len(self._unused) < _KEPT:
            self._unused.append(connection)
        else:
            connection.close()

    def keep_connections(self) -> None:
        """Keep connections for the next calls: to open one takes longer than most queries.

        For a process that does not fork any more: SQLite forbids to take a connection into another process.
        """
        self._unused = []

    def _connection(self) -> sqlite3.Connection:
        try:
            return (self._unused or []).pop()
        except IndexError:
            # One thread at a time uses it, but not always the same one.
            return sqlite3.connect(self._path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)


def only_added_to(connection: sqlite3.Connection, table: str, key: tuple[str, ...], what: str) -> None:
    """Make sure that rows of `table`, each with its own `key`, are neither changed nor deleted.

    A trigger sees to that, whoever has the connection; `what` is the table in words.
    """
    same = " AND ".join(f"{column} = NEW.{column}" for column in key)
    # INSERT OR REPLACE deletes without asking the trigger for DELETE, hence the third one.
    again = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608  # no input of anybody
    for event, when in (("UPDATE", ""), ("DELETE", ""), ("INSERT", again)):
        connection.execute(
            f"CREATE TRIGGER IF NOT EXISTS {table}_{event} BEFORE {event} ON {table} {when} "
            f"BEGIN SELECT RAISE(ABORT, '{what} is only added to'); END"
        )
