"""Proofs of a Merkle tree, checked by the algorithms of RFC 9162 (2.1.3.2 and 2.1.4.2), and hashes from all leaves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\0" + leaf).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def tree_hash(leaves: Iterable[bytes]) -> bytes:
    """The hash of the tree of these leaves."""
    # Complete subtrees from the left, as the binary digits of how many leaves there were: the sizes fall.
    peaks: list[tuple[int, bytes]] = []
    for leaf in leaves:
        size, made = 1, leaf_hash(leaf)
        while peaks and peaks[-1][0] == size:
            made, size = _node(peaks.pop()[1], made), size * 2
        peaks.append((size, made))
    if not peaks:
        return hashlib.sha256().digest()
    _, root = peaks.pop()
    while peaks:
        root = _node(peaks.pop()[1], root)
    return root


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` proves that the leaf with this hash is number `index` of the tree of `size` leaves."""
    if not 0 <= index < size:
        return False
    node, last, made = index, size - 1, leaf
    for each in path:
        if not last:
            return False
        if node & 1 or node == last:
            made = _node(each, made)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            made = _node(made, each)
        node, last = node >> 1, last >> 1
    return not last and made == root


def is_consistent(old: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether `path` proves that the tree of `size` leaves begins with all `old` leaves of an earlier one."""
    if not 0 <= old <= size:
        return False
    if old == size:
        return not path and old_root == root
    if not old:
        return not path and old_root == hashlib.sha256().digest()
    # A complete tree is a node of the later one, and is left out.
    whole = [old_root, *path] if not old & (old - 1) else list(path)
    if not whole:
        return False
    node, last = old - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    made_old = made = whole[0]
    for each in whole[1:]:
        if not last:
            return False
        if node & 1 or node == last:
            made_old, made = _node(each, made_old), _node(each, made)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            made = _node(made, each)
        node, last = node >> 1, last >> 1
    return not last and made_old == old_root and made == root
