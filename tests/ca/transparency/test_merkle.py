"""The tree, beside known answers and the definitions of the RFC, which are recursive, for all sizes up to 64."""

from __future__ import annotations

from hashlib import sha256

from ca.transparency.trees import Tree
from ca.transparency.vectors import AUDIT_PATHS, CONSISTENCY, LEAVES, ROOTS
from overheard_ca.transparency.merkle import EMPTY, audit_path, consistency, tree_hash

MANY = [bytes([number]) for number in range(64)]


def split(leaves: list[bytes]) -> int:
    """The largest power of two that is less than the number of leaves."""
    size = 1
    while size * 2 < len(leaves):
        size *= 2
    return size


def mth(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0]).digest()
    k = split(leaves)
    return sha256(b"\1" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(leaves)
    return [*path(m, leaves[:k]), mth(leaves[k:])] if m < k else [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], *, known: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, 2.1.2."""
    if m == len(leaves):
        return [] if known else [mth(leaves)]
    k = split(leaves)
    if m <= k:
        return [*subproof(m, leaves[:k], known=known), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], known=False), mth(leaves[:k])]


def test_the_hashes_are_those_of_the_reference_tests() -> None:
    tree = Tree(LEAVES)
    assert [tree_hash(tree.node, size).hex() for size in range(9)] == list(ROOTS)
    assert EMPTY.hex() == ROOTS[0]


def test_the_proofs_are_those_of_the_reference_tests() -> None:
    tree = Tree(LEAVES)
    for (index, size), expected in AUDIT_PATHS.items():
        assert tuple(each.hex() for each in audit_path(tree.node, index, size)) == expected
    for (old, size), expected in CONSISTENCY.items():
        assert tuple(each.hex() for each in consistency(tree.node, old, size)) == expected


def test_the_hash_of_each_size_is_that_of_the_rfc() -> None:
    tree = Tree(MANY)
    assert [tree_hash(tree.node, size) for size in range(65)] == [mth(MANY[:size]) for size in range(65)]


def test_the_audit_path_of_each_leaf_in_each_size_is_that_of_the_rfc() -> None:
    tree = Tree(MANY)
    for size in range(1, 65):
        for index in range(size):
            assert audit_path(tree.node, index, size) == path(index, MANY[:size])


def test_the_consistency_of_each_two_sizes_is_that_of_the_rfc() -> None:
    tree = Tree(MANY)
    for size in range(1, 65):
        assert consistency(tree.node, 0, size) == []
        for old in range(1, size + 1):
            assert consistency(tree.node, old, size) == subproof(old, MANY[:size], known=True)
