"""The Merkle tree (RFC 6962, 2.1): its hash, and proofs of what is in it and that it only grew. Does no I/O.

It is kept as the hashes of its complete subtrees: node (level, number) is the hash of the 2^level leaves that begin at
number * 2^level. From them every tree of the first so many leaves is put together in logarithmic time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import TypeAlias

Nodes: TypeAlias = Callable[[int, int], bytes]

EMPTY = hashlib.sha256().digest()


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf, which can never be one of a node."""
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees."""
    return hashlib.sha256(b"\1" + left + right).digest()


def appended(nodes: Nodes, size: int, leaf: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The nodes that become complete with one more leaf, whose hash is `leaf`, behind `size` others."""
    level, number, made = 0, size, leaf
    while True:
        yield level, number, made
        if number % 2 == 0:
            return
        made = node_hash(nodes(level, number - 1), made)
        level, number = level + 1, number // 2


def tree_hash(nodes: Nodes, size: int) -> bytes:
    """The hash of the tree of the first `size` leaves."""
    return _subtree(nodes, 0, size) if size else EMPTY


def audit_path(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """What proves that leaf `index` is in the tree of the first `size` leaves (RFC 6962, 2.1.1)."""
    path, start = [], 0
    while size > 1:
        left = _left(size)
        if index < left:
            path.append(_subtree(nodes, start + left, size - left))
            size = left
        else:
            path.append(_subtree(nodes, start, left))
            start, index, size = start + left, index - left, size - left
    return path[::-1]


def consistency(nodes: Nodes, old: int, size: int) -> list[bytes]:
    """What proves that the tree of the first `size` leaves begins with that of the first `old` (RFC 6962, 2.1.2)."""
    path: list[bytes] = []
    start, known = 0, True
    if not old:
        return path
    while old < size:
        left = _left(size)
        if old <= left:
            path.append(_subtree(nodes, start + left, size - left))
            size = left
        else:
            path.append(_subtree(nodes, start, left))
            start, old, size, known = start + left, old - left, size - left, False
    # The old tree itself is known to whoever asks.
    return ([] if known else [_subtree(nodes, start, size)]) + path[::-1]


def _subtree(nodes: Nodes, start: int, size: int) -> bytes:
    level = size.bit_length() - 1
    if size == 1 << level:
        return nodes(level, start >> level)
    left = _left(size)
    return node_hash(_subtree(nodes, start, left), _subtree(nodes, start + left, size - left))


def _left(size: int) -> int:
    """How many of `size` leaves are on the left: the largest power of two that is less."""
    return 1 << (size - 1).bit_length() - 1
