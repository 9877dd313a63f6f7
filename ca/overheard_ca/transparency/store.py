"""The log in one file: entries, nodes of the tree, and the heads that were signed. It is only added to."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass

from overheard_ca.database import only_added_to
from overheard_ca.transparency import merkle
from overheard_ca.transparency.structures import Entry

_TABLES = (
    # `content` is the SHA-256 of what was logged, apart from when.
    """
    CREATE TABLE IF NOT EXISTS entries (
        number INTEGER PRIMARY KEY, timestamp INTEGER NOT NULL, content BLOB NOT NULL UNIQUE, leaf BLOB NOT NULL,
        hash BLOB NOT NULL UNIQUE, extra BLOB NOT NULL, signature BLOB NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE IF NOT EXISTS nodes (
        level INTEGER NOT NULL, number INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (level, number)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE IF NOT EXISTS heads (
        timestamp INTEGER PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, signature BLOB NOT NULL
    ) STRICT
    """,
)
_KEYS = {"entries": ("number",), "nodes": ("level", "number"), "heads": ("timestamp",)}


@dataclass(frozen=True)
class Head:
    """A tree head: the state of the log that was signed at `timestamp`."""

    timestamp: int
    size: int
    root: bytes
    signature: bytes


@dataclass(frozen=True)
class Logged:
    """An entry of the log."""

    number: int
    timestamp: int
    leaf: bytes
    extra: bytes
    signature: bytes


_LOGGED = "SELECT number, timestamp, leaf, extra, signature FROM entries"


class Store:
    """What is in the log, on a connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def prepare(self) -> None:
        """Create what is missing, in a transaction."""
        for table in _TABLES:
            self._connection.execute(table)
        for table, key in _KEYS.items():
            only_added_to(self._connection, table, key, "the log")

    @property
    def size(self) -> int:
        """How many entries there are."""
        return int(self._connection.execute("SELECT coalesce(max(number) + 1, 0) FROM entries").fetchone()[0])

    @property
    def newest(self) -> int:
        """The newest time that was signed, 0 if there is none: of the next, none may be older."""
        query = "SELECT max(coalesce((SELECT max(timestamp) FROM heads), 0), coalesce(max(timestamp), 0)) FROM entries"
        return int(self._connection.execute(query).fetchone()[0])

    def node(self, level: int, number: int) -> bytes:
        """The hash of a complete subtree."""
        row = self._connection.execute(
            "SELECT hash FROM nodes WHERE level = ? AND number = ?", (level, number)
        ).fetchone()
        return bytes(row[0])

    def add(self, entry: Entry, timestamp: int, signature: bytes) -> None:
        """Append an entry to the tree, in a transaction."""
        size, leaf = self.size, entry.leaf(timestamp)
        hashed = merkle.leaf_hash(leaf)
        row = (size, timestamp, _digest(entry.content), leaf, hashed, entry.extra, signature)
        self._connection.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        for node in merkle.appended(self.node, size, hashed):
            self._connection.execute("INSERT INTO nodes VALUES (?, ?, ?)", node)

    def add_head(self, head: Head) -> None:
        """Keep a head that was signed, in a transaction."""
        row = (head.timestamp, head.size, head.root, head.signature)
        self._connection.execute("INSERT INTO heads VALUES (?, ?, ?, ?)", row)

    def head(self) -> Head | None:
        """The newest head."""
        query = "SELECT timestamp, size, root, signature FROM heads ORDER BY timestamp DESC LIMIT 1"
        row = self._connection.execute(query).fetchone()
        return Head(*row) if row else None

    def with_content(self, content: bytes) -> Logged | None:
        """The entry of what was logged before."""
        row = self._connection.execute(f"{_LOGGED} WHERE content = ?", (_digest(content),)).fetchone()
        return Logged(*row) if row else None

    def with_hash(self, hashed: bytes) -> int | None:
        """The number of the entry whose leaf has this hash."""
        row = self._connection.execute("SELECT number FROM entries WHERE hash = ?", (hashed,)).fetchone()
        return int(row[0]) if row else None

    def entries(self, first: int, last: int) -> list[Logged]:
        """These entries, both ends included."""
        query = f"{_LOGGED} WHERE number BETWEEN ? AND ? ORDER BY number"
        return [Logged(*row) for row in self._connection.execute(query, (first, last))]


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
