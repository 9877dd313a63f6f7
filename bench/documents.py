"""Documents of the hunt in which a value is one field of several: those of the standard library, CBOR and BSON."""

from __future__ import annotations

import pickle
import plistlib
import random
import sqlite3
import struct

from nesting import Layer, Shape, table


def _property_list(data: bytes, chance: random.Random) -> bytes:
    """As Apple's programs write it, in XML or binary."""
    form = chance.choice((plistlib.FMT_XML, plistlib.FMT_BINARY))
    return plistlib.dumps({"user": "alice", "note": data, "size": 17}, fmt=form)


def _database(data: bytes, chance: random.Random) -> bytes:
    """A file of SQLite with one table."""
    value = data.decode() if chance.random() < 0.5 and _is_text(data) else data
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, name TEXT, note BLOB)")
        connection.executemany("INSERT INTO notes (name, note) VALUES (?, ?)", [("bob", "none"), ("alice", value)])
    return connection.serialize()


def _is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode()
    except UnicodeDecodeError:
        return False


def _pickle(data: bytes, chance: random.Random) -> bytes:
    """As sessions and queues of Python hold it."""
    return pickle.dumps({"user": "alice", "note": data, "size": 17}, protocol=chance.choice((2, 3, 4, 5)))


def _cbor_head(major: int, number: int) -> bytes:
    """RFC 8949, 3."""
    if number < 24:
        return bytes([major << 5 | number])
    form, size = next(
        (form, size) for form, size in ((24, ">B"), (25, ">H"), (26, ">I")) if number < 256 ** (1 << form - 24)
    )
    return bytes([major << 5 | form]) + struct.pack(size, number)


def _cbor(data: bytes, chance: random.Random) -> bytes:
    major = 3 if chance.random() < 0.5 and _is_text(data) else 2
    note = _cbor_head(major, len(data)) + data
    return b"\xa3\x64user\x65alice\x64note" + note + b"\x64size\x11"


def _bson(data: bytes, chance: random.Random) -> bytes:
    """https://bsonspec.org/spec.html."""
    if chance.random() < 0.5 and _is_text(data):
        note = b"\x02note\0" + struct.pack("<i", len(data) + 1) + data + b"\0"
    else:
        note = b"\x05note\0" + struct.pack("<iB", len(data), 0) + data
    inside = b"\x02user\0\x06\0\0\0alice\0" + note + b"\x10size\0" + struct.pack("<i", 17)
    return struct.pack("<i", len(inside) + 5) + inside + b"\0"


DOCUMENTS = table(
    Layer("plist", Shape.BINARY, Shape.BINARY, _property_list),
    Layer("sqlite", Shape.BINARY, Shape.BINARY, _database),
    Layer("pickle", Shape.BINARY, Shape.BINARY, _pickle),
    Layer("cbor", Shape.BINARY, Shape.BINARY, _cbor),
    Layer("bson", Shape.BINARY, Shape.BINARY, _bson),
)
